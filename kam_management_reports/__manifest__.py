{
    "name": "Key Account Management: Reports",
    "summary": "Excel workbooks of key accounts: customer analysis, account history",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "KAM Management contributors",
    "license": "AGPL-3",
    "depends": ["kam_management", "report_xlsx"],
    "data": ["reports/kam_reports.xml"],
    "external_dependencies": {"python": ["xlsxwriter"]},
}
