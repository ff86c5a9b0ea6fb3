-- A copy of a database sends no workbooks to anybody.
UPDATE ir_cron SET active = false
 WHERE id IN (SELECT res_id FROM ir_model_data
               WHERE module = 'kam_management_reports' AND model = 'ir.cron');
UPDATE kam_report_schedule SET active = false;
UPDATE kam_report_run SET state = 'failed', message = 'Neutralized copy'
 WHERE state = 'waiting';
