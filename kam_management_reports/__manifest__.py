{
    "name": "Key Account Management: Reports",
    "summary": "Excel workbooks of key accounts: customer analysis, account history",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "KAM Management contributors",
    "license": "AGPL-3",
    "depends": ["kam_management", "report_xlsx"],
    "data": [
        "security/ir.model.access.csv",
        "security/kam_target_import_rules.xml",
        "reports/kam_reports.xml",
        "wizards/kam_target_import_views.xml",
    ],
    "external_dependencies": {"python": ["openpyxl", "xlsxwriter"]},
}
