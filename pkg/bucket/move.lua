-- Moves one report to another place: its counters there go up and those of its place
-- so far go down, and the retraction and the report in its new place follow it through
-- the log. The reporter's half hour stays taken.
--
-- KEYS[1]  the base of the shard's keys
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  id
-- ARGV[3]  minute received
-- ARGV[4]  hash of the undo token
-- ARGV[5]  seconds in which a report may be moved
-- ARGV[6]  seconds that the counters of a minute stay after their last change
-- ARGV[7]  how many minutes the list of changed minutes keeps
-- ARGV[8] to ARGV[12]  of the new place: country, region, cell, district, and the
--   place as the counters have it
-- ARGV[13] the nodes of the public table there that the report is not in already
--   (empty: none)
-- ARGV[14] the field of the sender's network
-- ARGV[15] the place so far as the caller read it
-- ARGV[16] the levels of the nodes that the report stays in, as the sum of 2^level
--
-- Answers 'absent', 'forbidden', 'late', 'placed', 'changed' or 'done', and the id of the log entry that
-- holds the move or, where the report lies there already, of the newest.
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
local second, service, kind, symptom, network = tonumber(f[6]), f[7], string.sub(f[11], 1, 1), f[12], f[13]
local country, region, place = f[8], f[9], f[20] or f[10]

if f[17] ~= ARGV[4] then return { 'forbidden', '' } end
if sign == '-' then return { 'absent', '' } end
if now - second > tonumber(ARGV[5]) then return { 'late', '' } end
local function exactness(in_region, in_district, in_cell)
  if in_cell ~= '' then return 3 end
  if (in_district or '') ~= '' then return 2 end
  if in_region ~= '' then return 1 end
  return 0
end
if country == ARGV[8] and place == ARGV[12] then
  local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
  return { 'done', newest[1] and newest[1][1] or '' }
end

if place ~= ARGV[15] then return { 'changed', '' } end
-- Each move is to a place that says more, so that no report ever returns to one.
if exactness(ARGV[9], ARGV[11], ARGV[10]) <= exactness(region, f[19], f[10]) then return { 'placed', '' } end

local minute = math.floor(second / 60)
local counters = base .. 'm:' .. minute
local letter = kind
if counted == '0' then letter = string.upper(kind) end

local function count(in_country, in_region, at, n, set)
  local head = service .. '|' .. in_country .. '|' .. at .. '|'
  redis.call('HINCRBY', counters, head .. letter .. '|' .. symptom, n)
  if weight > 0 then redis.call('HINCRBY', counters, head .. 'j|' .. symptom, n * weight) end
  if first == 1 then redis.call('HINCRBY', counters, head .. 'x|', n) end
  if set > 0 then redis.call('HINCRBY', counters, head .. 'n' .. set .. '|', n) end
  if network ~= '' and counted == '1' and kind == 'p' then
    local of, access = service .. '|' .. in_country .. '||o', network .. '/' .. in_region
    redis.call('HINCRBY', counters, of .. '|' .. access, n)
    if weight > 0 then redis.call('HINCRBY', counters, of .. 'j|' .. access, n * weight) end
    if first == 1 then redis.call('HINCRBY', counters, of .. 'x|' .. access, n) end
  end
end

-- The powers of two that are in both sums.
local function common(a, b)
  local sum, power = 0, 1
  while power <= a do
    if math.floor(a / power) % 2 == 1 and math.floor(b / power) % 2 == 1 then sum = sum + power end
    power = power * 2
  end
  return sum
end

local moved = 0
if counted == '1' and kind == 'p' then
  local added, key, seconds = network_levels(base, now, second, ARGV[14], ARGV[13])
  if key then redis.call('EXPIRE', key, seconds) end
  moved = added + common(levels, tonumber(ARGV[16]))
end
count(country, region, place, -1, levels)
count(ARGV[8], ARGV[9], ARGV[12], 1, moved)
redis.call('EXPIRE', counters, ARGV[6])

local retraction = '-' .. string.sub(told, 2)
f[4] = string.format('%.0f', first + 2 * moved)
f[8], f[9], f[10], f[19], f[20] = ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
local there = table.concat(f, '\t')
redis.call('HSET', ledger, ARGV[2], there)
local sequence = string.format('%.0f', redis.call('INCR', base .. 'q'))
redis.call('ZADD', base .. 't', sequence, minute)
redis.call('ZREMRANGEBYRANK', base .. 't', 0, -tonumber(ARGV[7]) - 1)
redis.call('EXPIRE', base .. 'q', ARGV[6])
redis.call('EXPIRE', base .. 't', ARGV[6])
return { 'done', redis.call('XADD', base .. 'log', '*', 'r', retraction .. '\n' .. there) }
