{
    "name": "Plain models to measure against",
    "summary": "What the log is compared with, for setup/bench alone",
    "version": "19.0.1.0.0",
    "author": "KAM Management contributors",
    "license": "LGPL-3",
    "depends": ["kam_management"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
