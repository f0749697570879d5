-- What undo.lua and move.lua share. It is put before each.
--
-- KEYS[1]  the base of the shard's keys
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  id
-- ARGV[3]  minute received
-- ARGV[4]  hash of the undo token
-- ARGV[5]  seconds in which a report may be changed
-- ARGV[6]  lifetime of the counters of a minute after their last change, in seconds
-- ARGV[7]  length of the list of changed minutes
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
local second, service, country, region, place = tonumber(f[6]), f[7], f[8], f[9], f[20] or f[10]
local kind, symptom, network = string.sub(f[11], 1, 1), f[12], f[13]
if f[17] ~= ARGV[4] then return { 'forbidden', '' } end

local retraction = '-' .. string.sub(row, 2)
local minute = math.floor(second / 60)
local counters = base .. 'm:' .. minute
local letter = kind
if counted == '0' then letter = string.upper(kind) end

local function late() return now - second > tonumber(ARGV[5]) end

-- The answer where there is nothing to change.
local function unchanged()
  local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
  return { 'done', newest[1] and newest[1][1] or '' }
end

-- Adds n times the report to the counters of a place, with the levels at which it is of
-- a new network there.
local function count(in_country, in_region, at, n, new_levels)
  local head = service .. '|' .. in_country .. '|' .. at .. '|'
  local full = full_letter(weight, first)
  redis.call('HINCRBY', counters, head .. (full or letter) .. '|' .. symptom, n)
  if not full and weight > 0 then redis.call('HINCRBY', counters, head .. 'j|' .. symptom, n * weight) end
  if not full and first == 1 then redis.call('HINCRBY', counters, head .. 'x|', n) end
  if new_levels > 0 then redis.call('HINCRBY', counters, head .. 'n' .. new_levels .. '|', n) end
  if network ~= '' and counted == '1' and kind == 'p' then
    local of, access = service .. '|' .. in_country .. '||o', network .. '/' .. in_region
    redis.call('HINCRBY', counters, of .. '|' .. access, n)
    if weight > 0 then redis.call('HINCRBY', counters, of .. 'j|' .. access, n * weight) end
    if first == 1 then redis.call('HINCRBY', counters, of .. 'x|' .. access, n) end
  end
end

-- Stores what is now true of the report, marks its minute as changed and adds rows to
-- the log.
local function store(latest, rows)
  redis.call('EXPIRE', counters, ARGV[6])
  redis.call('HSET', ledger, ARGV[2], latest)
  local sequence = string.format('%.0f', redis.call('INCR', base .. 'q'))
  redis.call('ZADD', base .. 't', sequence, minute)
  redis.call('ZREMRANGEBYRANK', base .. 't', 0, -tonumber(ARGV[7]) - 1)
  redis.call('EXPIRE', base .. 'q', ARGV[6])
  redis.call('EXPIRE', base .. 't', ARGV[6])
  return { 'done', redis.call('XADD', base .. 'log', '*', 'r', rows, 's', sequence) }
end

