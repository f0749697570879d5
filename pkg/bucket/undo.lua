-- Takes one report back: its counters go down and a retraction follows it
-- through the log. The reporter's half hour stays taken.
--
-- KEYS[1]  the base of the shard's keys
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  id
-- ARGV[3]  minute received
-- ARGV[4]  hash of the undo token
-- ARGV[5]  seconds in which a report may be undone
-- ARGV[6]  seconds that the counters of a minute stay after their last change
-- ARGV[7]  how many minutes the list of changed minutes keeps
--
-- Answers 'absent', 'forbidden', 'late' or 'done', and the id of the log entry
-- that holds the retraction or, where it was taken back before, of the newest.
local base, now = KEYS[1], tonumber(ARGV[1])
if redis.call('EXISTS', base .. 'alive') == 0 then
  return redis.error_reply('EMPTY the counters are not restored yet')
end
local ledger = base .. 'u:' .. ARGV[3]
local told = redis.call('HGET', ledger, ARGV[2])
if not told then return { 'absent', '' } end

local f = {}
for field in string.gmatch(told .. '\t', '(.-)\t') do f[#f + 1] = field end
local sign, counted, weight, marks = f[1], f[2], tonumber(f[3]), tonumber(f[4])
local first, levels = marks % 2, math.floor(marks / 2)
local second, service, country, cell = tonumber(f[6]), f[7], f[8], f[10]
local kind, symptom, network, hash = string.sub(f[11], 1, 1), f[12], f[13], f[17]

if hash ~= ARGV[4] then return { 'forbidden', '' } end
if sign == '-' then
  local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
  return { 'done', newest[1] and newest[1][1] or '' }
end
if now - second > tonumber(ARGV[5]) then return { 'late', '' } end

local minute = math.floor(second / 60)
local counters = base .. 'm:' .. minute
local place = service .. '|' .. country .. '|' .. cell .. '|'
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

local retraction = '-' .. string.sub(told, 2)
redis.call('HSET', ledger, ARGV[2], retraction)
local sequence = string.format('%.0f', redis.call('INCR', base .. 'q'))
redis.call('ZADD', base .. 't', sequence, minute)
redis.call('ZREMRANGEBYRANK', base .. 't', 0, -tonumber(ARGV[7]) - 1)
redis.call('EXPIRE', base .. 'q', ARGV[6])
redis.call('EXPIRE', base .. 't', ARGV[6])
return { 'done', redis.call('XADD', base .. 'log', '*', 'r', retraction) }
