-- Adds a batch of reports of one shard in one atomic step.
--
-- KEYS[1]  the base of the shard's keys
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  lifetime of the counters of a minute after their last change, in seconds
-- ARGV[3]  lifetime of the ledger in seconds
-- ARGV[4]  length of the list of changed minutes
-- then for each report:
--   id, minute received, second it happened, place (service|country|cell),
--   kind letter, symptom, half-hour bucket and field of the reporter, the same
--   under the earlier key (or two empty strings), prefix field, least cap of the
--   prefix (0: none), row for the log, timeline, for an imported line the
--   bucket and field by which it is recognised and the request it came with,
--   the epoch of the key that the prefix is hashed under, the field under which
--   the prefix is learnt with this key and with the next (empty: it is not
--   learnt), the field of the block around it, the bucket and field of the
--   sender's address among the people of the day, and the nodes of the public
--   table that the report lies in (empty: none), and the access network that was named and the region, network/region
--   (empty: none was).
-- The timeline is '' for a live report, 'h' for an imported line of the hot
-- window, and 'p' for an older one, which is added to the log only and changes no
-- counter.
--
-- Returns the id of the log entry, or of the newest one where all reports were
-- already stored, and then 1 or 0 for each report: whether it counted. A report
-- whose id is in the ledger changes nothing and has its first outcome. An imported
-- line that is already stored changes nothing either: it has its first outcome
-- where the same request sends it again, so that a round trip can be repeated,
-- else 2.
local base, now = KEYS[1], tonumber(ARGV[1])
-- Without the mark, this Redis lost its data and its counters are not restored yet:
-- counting now would count some people twice.
local began = tonumber(redis.call('GET', base .. 'alive') or '')
if not began then return redis.error_reply('EMPTY the counters are not restored yet') end
local keep, ledger_for, touched_most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local half = 1800
local week, seen_for = 10080, 15 * 86400 -- minutes, seconds: a line is recognised for a week at least
local import_for = 7200 -- lifetime of the half hours of an import after their last change, in seconds
local origin_step = 14 * 86400 -- seconds from one key for networks to the next
local day_length = 86400
local least_days = 7 -- a shorter history is averaged as if it were this long
local growth = 1 / 8 -- by which a cap grows with each person that a prefix has on a usual day
local first_allowance = 4 -- people that are learnt on one day of the first week
local generation = 68719476736 -- 2^36 changes; 2^16 generations of them are whole numbers

local answers, rows, expiry, minutes = { '' }, {}, {}, {}

-- Imports have half hours of their own, by event time, of any day.
local function half_hours(timeline)
  if timeline == '' then return base .. 'h:' end
  return base .. 'ih:'
end

local function taken(keys, slot, second, bucket, field)
  local last = redis.call('HGET', keys .. slot .. ':' .. bucket, field)
  return last and math.abs(second - (slot * half + tonumber(last))) < half
end

local function repeated(timeline, second, bucket, field)
  if field == '' then return false end
  local keys, slot = half_hours(timeline), math.floor(second / half)
  if taken(keys, slot, second, bucket, field) or taken(keys, slot - 1, second, bucket, field) then return true end
  -- A delayed report, or one from a server with a slower clock, can follow one
  -- that happened after it. Clocks are assumed to agree within a minute.
  return (slot + 1) * half <= now + 60 and taken(keys, slot + 1, second, bucket, field)
end

local function take_half_hour(timeline, second, bucket, field)
  local slot = math.floor(second / half)
  local key = half_hours(timeline) .. slot .. ':' .. bucket
  redis.call('HSET', key, field, second - slot * half)
  expiry[key] = math.max(0, (slot + 1) * half - now) + half + 60
  if timeline ~= '' then expiry[key] = math.max(expiry[key], import_for) end
end

local function seen_key(received, weeks_ago, bucket)
  return base .. 's:' .. math.floor(received / week) - weeks_ago .. ':' .. bucket
end

-- The first outcome of the i-th report, or nothing where it is new.
local function outcome_of(i)
  local received = ARGV[i + 1]
  if ARGV[i + 13] == '' then
    local row = redis.call('HGET', base .. 'u:' .. received, ARGV[i])
    return row and tonumber(string.sub(row, 3, 3))
  end
  for weeks_ago = 0, 1 do
    local seen = redis.call('HGET', seen_key(received, weeks_ago, ARGV[i + 14]), ARGV[i + 15])
    if seen and string.sub(seen, 2) == ARGV[i + 16] then return tonumber(string.sub(seen, 1, 1)) end
    if seen then return 2 end
  end
end

-- Stores the outcome of the i-th report, and its row.
local function remember(i, counted, row)
  local received = ARGV[i + 1]
  if ARGV[i + 13] == '' then
    local ledger = base .. 'u:' .. received
    redis.call('HSET', ledger, ARGV[i], row)
    expiry[ledger] = ledger_for
  else
    local key = seen_key(received, 0, ARGV[i + 14])
    redis.call('HSET', key, ARGV[i + 15], counted .. ARGV[i + 16])
    expiry[key] = seen_for
  end
end

-- Whether an address is seen for the first time on a day, by any report. People
-- are counted by addresses: tokens cost their sender nothing.
local function new_person(today, bucket, field)
  local key = base .. 'a:' .. today .. ':' .. bucket
  expiry[key] = math.max(1, (today + 1) * day_length - now + half)
  return redis.call('HSETNX', key, field, '') == 1
end

-- The history of a prefix: the people of the days before its last day, that day,
-- its people, the last week, and how many people may be added on a day of that
-- week.
local function known_of(epoch, field, today, allowance)
  local known = redis.call('HGET', base .. 'v:' .. epoch, field)
  local k = { before = 0, day = today, n = 0, week = math.floor(today / 7), allowance = allowance, fresh = not known }
  if known then
    local before, day, n, week, most = string.match(known, '(%d+):(%d+):(%d+):(%d+):(%d+)')
    k.before, k.day, k.n, k.week, k.allowance = tonumber(before), tonumber(day), tonumber(n), tonumber(week), tonumber(most)
  end
  if k.day < today then k.before, k.day, k.n = k.before + k.n, today, 0 end
  return k
end

-- The people of a usual day of a prefix, over the days since its key or the
-- counters began.
local function usual_of(k, epoch, second)
  local days = math.floor((second - math.max(began, epoch * origin_step)) / day_length)
  return k.before / math.max(least_days, days)
end

-- Adds a person to the history of a prefix. On each day of a week at most twice as
-- many people are added as were usual at its beginning, so that a network which is
-- prepared for an attack takes weeks to look large.
local function learn(k, epoch, field, usual, person)
  local this_week = math.floor(k.day / 7)
  if this_week > k.week then
    k.week, k.allowance = this_week, math.max(first_allowance, math.ceil(2 * usual))
  end
  if person and k.n < k.allowance then k.n = k.n + 1
  elseif not k.fresh then return end
  local key = base .. 'v:' .. epoch
  redis.call('HSET', key, field, string.format('%.0f:%.0f:%.0f:%.0f:%.0f', k.before, k.day, k.n, k.week, k.allowance))
  expiry[key] = math.max(1, (epoch + 2) * origin_step - now)
end

-- The weight of the n-th report under a cap, in thousandths: full up to the cap,
-- then decreasing, so that the sum stays below the cap and a half.
local function tapered(n, cap)
  if n <= cap then return 1000 end
  return math.floor(1000 * (cap / n) ^ 3)
end

-- The cap of the prefix of the i-th report, and whether the prefix has reported on
-- an earlier day. The person is added under both keys in use; the younger key
-- inherits the weekly allowance.
local function cap_of(i, second)
  local cap, field = tonumber(ARGV[i + 11]), ARGV[i + 18]
  if field == '' then return cap, true end
  local epoch, today = tonumber(ARGV[i + 17]), math.floor(second / day_length)
  local person = new_person(today, ARGV[i + 21], ARGV[i + 22])
  local elder = known_of(epoch, field, today, first_allowance)
  local usual = usual_of(elder, epoch, second)
  if person or elder.fresh then
    learn(elder, epoch, field, usual, person)
    local younger = known_of(epoch + 1, ARGV[i + 19], today, elder.allowance)
    learn(younger, epoch + 1, ARGV[i + 19], usual, person)
  end
  return cap + growth * usual, elder.before > 0
end

-- The weight of a report for the detector, and whether it is the first of its
-- network in this half hour. The cap of a prefix grows with the people of its usual
-- day. Prefixes that have not reported before today share one cap with the other new
-- ones of their block and count as one network, so that ten rented networks side by
-- side count as one.
local function weigh(i, second)
  if tonumber(ARGV[i + 11]) == 0 then return 1000, 1 end
  local key = base .. 'p:' .. math.floor(second / half)
  local n = redis.call('HINCRBY', key, ARGV[i + 10], 1)
  expiry[key] = 2 * half
  local cap, known = cap_of(i, second)
  local weight, peers = 1000, n
  if not known then
    peers = redis.call('HINCRBY', key, ARGV[i + 20], 1)
    weight = tapered(peers, cap)
  end
  local first = 0
  if n == 1 and peers == 1 then first = 1 end
  return math.min(weight, tapered(n, cap)), first
end

-- The levels at which a report is of a new network in its nodes.
local function new_in_nodes(i, second)
  local levels, key, seconds = network_levels(base, now, second, ARGV[i + 10], ARGV[i + 23])
  if key then expiry[key] = seconds end
  return levels
end

-- Adds the weight of a report to the part of its block of networks in a place. An
-- alarm must hold without its largest block.
local function add_to_block(i, minute, weight)
  local key = base .. 'b:' .. minute
  redis.call('HINCRBY', key, ARGV[i + 3] .. ARGV[i + 20], weight)
  expiry[key] = keep
end

-- Adds a counted report to the counters of the access network that it named.
local function add_to_access(i, counters, weight, first)
  local access = ARGV[i + 24]
  if access == '' then return end
  local head = string.match(ARGV[i + 3], '^[^|]*|[^|]*|') .. '|o'
  redis.call('HINCRBY', counters, head .. '|' .. access, 1)
  if weight > 0 then redis.call('HINCRBY', counters, head .. 'j|' .. access, weight) end
  if first == 1 then redis.call('HINCRBY', counters, head .. 'x|' .. access, 1) end
  if ARGV[i + 11] == '0' then redis.call('HINCRBY', counters, head .. 'k|' .. access, 1) end
end

-- Adds a counted report, or a repeat, to the counters of its minute. Returns its
-- weight, whether it is the first of its network, and the levels of new_in_nodes.
local function count(i, second, counted)
  local place, kind, symptom = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local weight, first, levels = 0, 0, 0
  if counted == 1 and kind == 'p' then
    weight, first = weigh(i, second)
    levels = new_in_nodes(i, second)
  end
  if ARGV[i + 13] == 'p' then return weight, first, levels end
  local minute = math.floor(second / 60)
  local counters = base .. 'm:' .. minute
  if counted == 0 then kind = string.upper(kind) end
  redis.call('HINCRBY', counters, place .. kind .. '|' .. symptom, 1)
  if counted == 1 and ARGV[i + 11] == '0' then redis.call('HINCRBY', counters, place .. 'k' .. kind .. '|' .. symptom, 1) end
  if weight > 0 then
    redis.call('HINCRBY', counters, place .. 'j|' .. symptom, weight)
    if ARGV[i + 11] ~= '0' then add_to_block(i, minute, weight) end
  end
  if first == 1 then redis.call('HINCRBY', counters, place .. 'x|', 1) end
  if counted == 1 then add_to_access(i, counters, weight, first) end
  if levels > 0 then redis.call('HINCRBY', counters, place .. 'n' .. levels .. '|', 1) end
  expiry[counters] = keep
  minutes[string.format('%d', minute)] = true -- as text: a number would be taken for an index into a list
  return weight, first, levels
end

for i = 5, #ARGV, 25 do
  local before = outcome_of(i)
  if before then
    answers[#answers + 1] = before
  else
    local second, timeline = tonumber(ARGV[i + 2]), ARGV[i + 13]
    local counted = 1
    if repeated(timeline, second, ARGV[i + 6], ARGV[i + 7]) or repeated(timeline, second, ARGV[i + 8], ARGV[i + 9]) then
      counted = 0
    else
      take_half_hour(timeline, second, ARGV[i + 6], ARGV[i + 7])
    end
    local weight, first, levels = count(i, second, counted)
    local row = '+\t' .. counted .. '\t' .. weight .. '\t' .. first + 2 * levels .. '\t' .. ARGV[i + 12]
    remember(i, counted, row)
    rows[#rows + 1] = row
    answers[#answers + 1] = counted
  end
end

for key, seconds in pairs(expiry) do redis.call('EXPIRE', key, seconds) end
if next(minutes) then
  local sequence = redis.call('INCR', base .. 'q')
  if sequence == 1 then
    -- A new data set begins in a generation of its own, so that a reader of an
    -- earlier one notices, whatever the number of its changes.
    sequence = (now + tonumber(string.sub(ARGV[5], -4), 16)) % 65536 * generation + 1
    redis.call('SET', base .. 'q', string.format('%.0f', sequence))
  end
  local score = string.format('%.0f', sequence)
  for minute in pairs(minutes) do redis.call('ZADD', base .. 't', score, minute) end
  redis.call('ZREMRANGEBYRANK', base .. 't', 0, -touched_most - 1)
  redis.call('EXPIRE', base .. 'q', keep)
  redis.call('EXPIRE', base .. 't', keep)
end
if #rows > 0 then
  answers[1] = redis.call('XADD', base .. 'log', '*', 'r', table.concat(rows, '\n'))
else
  local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
  if newest[1] then answers[1] = newest[1][1] end
end
return answers
