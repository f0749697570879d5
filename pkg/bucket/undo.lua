-- Undoes one report: decrements its counters and adds a retraction to the log. The
-- reporter's half hour is not released.
--
-- KEYS[1]  the base of the shard's keys
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  id
-- ARGV[3]  minute received
-- ARGV[4]  hash of the undo token
-- ARGV[5]  seconds in which a report may be undone
-- ARGV[6]  lifetime of the counters of a minute after their last change, in seconds
-- ARGV[7]  length of the list of changed minutes
--
-- Returns 'absent', 'forbidden', 'late' or 'done', and the id of the log entry of
-- the retraction or, where it was already undone, of the newest entry.
local base, now = KEYS[1], tonumber(ARGV[1])
if redis.call('EXISTS', base .. 'alive') == 0 then
  return redis.error_reply('EMPTY the counters are not restored yet')
end
local ledger = base .. 'u:' .. ARGV[3]
local row = redis.call('HGET', ledger, ARGV[2])
if not row then return { 'absent', '' } end

local f = {}
for field in string.gmatch(row .. '\t', '(.-)\t') do f[#f + 1] = field end
local sign, counted, weight, marks = f[1], f[2], tonumber(f[3]), tonumber(f[4])
local first, levels = marks % 2, math.floor(marks / 2)
local second, service, country, at = tonumber(f[6]), f[7], f[8], f[20] or f[10]
local kind, symptom, network, hash = string.sub(f[11], 1, 1), f[12], f[13], f[17]

if hash ~= ARGV[4] then return { 'forbidden', '' } end
if sign == '-' then
  local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
  return { 'done', newest[1] and newest[1][1] or '' }
end
if now - second > tonumber(ARGV[5]) then return { 'late', '' } end

local minute = math.floor(second / 60)
local counters = base .. 'm:' .. minute
local place = service .. '|' .. country .. '|' .. at .. '|'
local letter = kind
if counted == '0' then letter = string.upper(kind) end
redis.call('HINCRBY', counters, place .. letter .. '|' .. symptom, -1)
if weight > 0 then redis.call('HINCRBY', counters, place .. 'j|' .. symptom, -weight) end
if first == 1 then redis.call('HINCRBY', counters, place .. 'x|', -1) end
if levels > 0 then redis.call('HINCRBY', counters, place .. 'n' .. levels .. '|', -1) end
if network ~= '' and counted == '1' and kind == 'p' then
  local head, access = service .. '|' .. country .. '||o', network .. '/' .. f[9]
  redis.call('HINCRBY', counters, head .. '|' .. access, -1)
  if weight > 0 then redis.call('HINCRBY', counters, head .. 'j|' .. access, -weight) end
  if first == 1 then redis.call('HINCRBY', counters, head .. 'x|' .. access, -1) end
end
redis.call('EXPIRE', counters, ARGV[6])

local retraction = '-' .. string.sub(row, 2)
redis.call('HSET', ledger, ARGV[2], retraction)
local sequence = string.format('%.0f', redis.call('INCR', base .. 'q'))
redis.call('ZADD', base .. 't', sequence, minute)
redis.call('ZREMRANGEBYRANK', base .. 't', 0, -tonumber(ARGV[7]) - 1)
redis.call('EXPIRE', base .. 'q', ARGV[6])
redis.call('EXPIRE', base .. 't', ARGV[6])
return { 'done', redis.call('XADD', base .. 'log', '*', 'r', retraction) }
