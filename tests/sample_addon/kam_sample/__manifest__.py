{
    "name": "Sample: vehicles whose changes are events",
    "version": "19.0.1.0.0",
    "author": "KAM Management contributors",
    "license": "LGPL-3",
    "depends": ["kam_management"],
    "data": ["security/ir.model.access.csv"],
}
