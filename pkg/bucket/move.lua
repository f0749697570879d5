-- Moves one report to a more exact place: its counters are decremented where it was and
-- incremented there, and a retraction and the report in its new place are added to the
-- log. The reporter's half hour is not released. KEYS and ARGV are those of ledger.lua,
-- then:
--
-- ARGV[8] to ARGV[12]  of the new place: country, region, cell, district, and the
--   place as the counters have it
-- ARGV[13] the nodes of the public table there that the report is not in already
--   (empty: none)
-- ARGV[14] the field of the sender's network
-- ARGV[15] the place so far as the caller read it
-- ARGV[16] the levels of the nodes that the report stays in, as the sum of 2^level
--
-- Returns 'absent', 'forbidden', 'late', 'placed', 'changed' or 'done', and the id of
-- the log entry of the move or, where the report is already there, of the newest entry.

-- How exact a place is.
local function exactness(of_region, of_district, of_cell)
  if of_cell ~= '' then return 3 end
  if (of_district or '') ~= '' then return 2 end
  if of_region ~= '' then return 1 end
  return 0
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

if sign == '-' then return { 'absent', '' } end
if late() then return { 'late', '' } end
if country == ARGV[8] and place == ARGV[12] then return unchanged() end
if place ~= ARGV[15] then return { 'changed', '' } end
-- Each move is to a more exact place, so that no report ever returns to one.
if exactness(ARGV[9], ARGV[11], ARGV[10]) <= exactness(region, f[19], f[10]) then return { 'placed', '' } end

local moved = 0
if counted == '1' and kind == 'p' then
  local key, seconds = nodes_key(base, now, second)
  local added, level = 0, 1
  for node in string.gmatch(ARGV[13] .. '\t', '(.-)\t') do
    local network = node ~= '' and network_of(redis.call('HGET', key, node), ARGV[14])
    if network then
      redis.call('HSET', key, node, network)
      redis.call('EXPIRE', key, seconds)
      added = added + level
    end
    level = level * 2
  end
  moved = added + common(levels, tonumber(ARGV[16]))
end
count(country, region, place, -1, levels)
count(ARGV[8], ARGV[9], ARGV[12], 1, moved)

f[4] = string.format('%.0f', first + 2 * moved)
f[8], f[9], f[10], f[19], f[20] = ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
local there = table.concat(f, '\t')
return store(there, retraction .. '\n' .. there)
