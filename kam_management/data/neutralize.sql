-- A copy of a database seals nothing: its seals would pass for those of the original.
UPDATE ir_cron SET active = false
 WHERE id IN (SELECT res_id FROM ir_model_data
               WHERE module = 'kam_management' AND model = 'ir.cron');
-- Nor does it remind anybody: letters that wait are not written.
UPDATE kam_reminder SET delivery = 'failed', failure = 'Neutralized copy'
 WHERE delivery = 'waiting';
