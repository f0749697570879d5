-- Undoes one report: decrements its counters and adds a retraction to the log. The
-- reporter's half hour is not released. KEYS and ARGV are those of ledger.lua.
--
-- Returns 'absent', 'forbidden', 'late' or 'done', and the id of the log entry of
-- the retraction or, where it was already undone, of the newest entry.
if sign == '-' then return unchanged() end
if late() then return { 'late', '' } end
count(country, region, place, -1, levels)
return store(retraction, retraction)
