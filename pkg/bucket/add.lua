-- Adds a batch of reports of one or several shards in one atomic step.
--
-- KEYS     the base of the keys of each shard
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  lifetime of the counters of a minute, in seconds
-- ARGV[3]  lifetime of the ledger in seconds
-- ARGV[4]  length of the list of changed minutes
-- then for each shard the number of its reports, and for each report:
--   id, minute received, second it happened, place (service|country|cell),
--   kind letter, symptom, half-hour bucket and field of the reporter, the same
--   under the earlier key in one, the field first ('' for none), prefix field, least
--   cap of the prefix (0: none), row for the log, timeline, for an imported line the
--   request it came with, the field by which it is recognised and its bucket in one
--   ('' for others), the epoch of the key that the prefix is hashed under, the field
--   under which the prefix is learnt with this key and with the next ('': it is not
--   learnt), the field of the block around it, the bucket and field of the sender's
--   address among the people of the day, the access network that was named and the
--   region, network/region ('': none was), and the node of each level of the public
--   table that the report lies in ('': none).
-- The timeline is '' for a live report, 'h' for an imported line of the hot
-- window, and 'p' for an older one, which is added to the log only and changes no
-- counter.
--
-- Returns a list for each shard: the id of the log entry, or of the newest one where
-- all reports were already stored, and then 1 or 0 for each report: whether it
-- counted. A report whose id is in the ledger changes nothing and has its first
-- outcome. An imported line that is already stored changes nothing either: it has its
-- first outcome where the same request sends it again, so that a round trip can be
-- repeated, else 2.
local now = tonumber(ARGV[1])
-- Without the mark, this Redis lost its data and its counters are not restored yet:
-- counting now would count some people twice.
local marks = {}
for s, key in ipairs(KEYS) do
  marks[s] = tonumber(redis.call('GET', key .. 'alive') or '')
  if not marks[s] then return redis.error_reply('EMPTY the counters are not restored yet') end
end
local keep, ledger_for, touched_most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local report_fields = 27
local first_node, levels_of_nodes = 21, 6 -- the place of the first node in a report, and their number
local short_field, long_field, request_length = 6, 8, 4 -- bytes
local half = 1800
local week, seen_for = 10080, 15 * 86400 -- minutes, seconds: a line is recognised for a week at least
local import_for = 7200 -- lifetime of the half hours of an import after their last change, in seconds
local origin_step = 14 * 86400 -- seconds from one key for networks to the next
local day_length = 86400
local least_days = 7 -- a shorter history is averaged as if it were this long
local growth = 1 / 8 -- by which a cap grows with each person that a prefix has on a usual day
local first_allowance = 4 -- people that are learnt on one day of the first week
local generation = 68719476736 -- 2^36 changes; 2^16 generations of them are whole numbers

-- Of the shard that is added to: the base of its keys and when its counters began; the
-- lifetimes of keys that each change prolongs; its changed minutes.
local base, began, expiry, minutes

-- A whole number as text. Making texts of numbers is dear. Their keys are no whole
-- numbers, or they would be taken for indices into a long list.
local texts = {}
local function text_of(n)
  local text = texts[n + 0.5]
  if not text then
    text = string.format('%d', n)
    texts[n + 0.5] = text
  end
  return text
end

-- What reports of one second share: the hashes of their minute, half hour and quarter
-- hour. Of the shard that is added to.
local moments
local function moment_of(second)
  local moment = moments[second + 0.5]
  if not moment then
    local minute, slot = math.floor(second / 60), math.floor(second / half)
    moment = {
      minute = text_of(minute), slot = slot, offset = text_of(second - slot * half), day = math.floor(second / day_length),
      counters = hash_at(base .. 'm:' .. text_of(minute), keep), blocks = hash_at(base .. 'b:' .. text_of(minute), keep),
      prefixes = hash_at(base .. 'p:' .. text_of(slot), 2 * half), nodes = hash_at(nodes_key(base, now, second)),
    }
    moments[second + 0.5] = moment
  end
  return moment
end

-- Imports have half hours of their own, by event time, of any day.
local function half_hours(timeline)
  if timeline == '' then return base .. 'h:' end
  return base .. 'ih:'
end

local function taken(keys, slot, second, bucket, field)
  local last = redis.call('HGET', keys .. text_of(slot) .. ':' .. bucket, field)
  return last and math.abs(second - (slot * half + tonumber(last))) < half
end

local function repeated_beside(timeline, slot, second, bucket, field)
  local keys = half_hours(timeline)
  if taken(keys, slot - 1, second, bucket, field) then return true end
  -- A delayed report, or one from a server with a slower clock, can follow one
  -- that happened after it. Clocks are assumed to agree within a minute.
  return (slot + 1) * half <= now + 60 and taken(keys, slot + 1, second, bucket, field)
end

-- Sets the expiry of a hash that has its first field.
local function expire_new(key, seconds)
  if redis.call('HLEN', key) == 1 then redis.call('EXPIRE', key, text_of(seconds)) end
end

-- Takes the half hour of a reporter, unless it is taken.
local function take_half_hour(timeline, moment, second, bucket, field)
  local slot = moment.slot
  if repeated_beside(timeline, slot, second, bucket, field) then return false end
  local key = half_hours(timeline) .. text_of(slot) .. ':' .. bucket
  if redis.call('HSETNX', key, field, moment.offset) == 0 then return false end
  local lifetime = math.max(0, (slot + 1) * half - now) + half + 60
  if timeline == '' then
    expire_new(key, lifetime)
  else
    expiry[key] = math.max(lifetime, import_for)
  end
  return true
end

-- Whether a reporter reported in the half hour before under the earlier key.
local function repeated_earlier(timeline, slot, second, earlier)
  if earlier == '' then return false end
  local field, bucket = string.sub(earlier, 1, short_field), string.sub(earlier, short_field + 1)
  return taken(half_hours(timeline), slot, second, bucket, field) or repeated_beside(timeline, slot, second, bucket, field)
end

local function seen_key(received, weeks_ago, bucket)
  return base .. 's:' .. math.floor(received / week) - weeks_ago .. ':' .. bucket
end

-- The ledger of the minute in which a report was received. A minute is added, because the
-- first report of it sets the time at which it expires.
local ledgers
local function ledger_of(received)
  local ledger = ledgers[received]
  if not ledger then
    ledger = hash_at(base .. 'u:' .. received, ledger_for + 60)
    ledgers[received] = ledger
  end
  return ledger
end

-- The request, the field and the bucket of an imported line.
local function line_of(i)
  local line = ARGV[i + 13]
  local field = request_length + 1
  return string.sub(line, 1, request_length), string.sub(line, field, field + long_field - 1), string.sub(line, field + long_field)
end

-- The first outcome of the i-th report, or nothing where it is new.
local function outcome_of(i)
  local received = ARGV[i + 1]
  if ARGV[i + 12] == '' then
    local row = ledger_of(received).known[ARGV[i]]
    return row and tonumber(string.sub(row, 3, 3))
  end
  local request, field, bucket = line_of(i)
  for weeks_ago = 0, 1 do
    local seen = redis.call('HGET', seen_key(received, weeks_ago, bucket), field)
    if seen and string.sub(seen, 2) == request then return tonumber(string.sub(seen, 1, 1)) end
    if seen then return 2 end
  end
end

-- Stores the outcome of the i-th report, and its row.
local function remember(i, counted, row)
  local received = ARGV[i + 1]
  if ARGV[i + 12] == '' then
    set(ledger_of(received), ARGV[i], row)
  else
    local request, field, bucket = line_of(i)
    local key = seen_key(received, 0, bucket)
    redis.call('HSET', key, field, counted .. request)
    expiry[key] = seen_for
  end
end

-- Whether an address is seen for the first time on a day, by any report. People
-- are counted by addresses: tokens cost their sender nothing.
local function new_person(today, bucket, field)
  local key = base .. 'a:' .. text_of(today) .. ':' .. bucket
  if redis.call('HSETNX', key, field, '') == 0 then return false end
  expire_new(key, math.max(1, (today + 1) * day_length - now + half))
  return true
end

-- The histories of prefixes under the key of an epoch.
local epochs
local function histories(epoch)
  local hash = epochs[epoch + 0.5]
  if not hash then
    hash = hash_at(base .. 'v:' .. text_of(epoch), math.max(1, (epoch + 2) * origin_step - now))
    epochs[epoch + 0.5] = hash
  end
  return hash
end

-- The history of a prefix: the people of the days before its last day, that day,
-- its people, the last week, and how many people may be added on a day of that
-- week.
local function known_of(epoch, field, today, allowance)
  local known = histories(epoch).known[field]
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
  set(histories(epoch), field, text_of(k.before) .. ':' .. text_of(k.day) .. ':' .. text_of(k.n) .. ':' .. text_of(k.week) .. ':' .. text_of(k.allowance))
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
local function cap_of(i, moment, second)
  local cap, field = tonumber(ARGV[i + 10]), ARGV[i + 15]
  if field == '' then return cap, true end
  local epoch, today = tonumber(ARGV[i + 14]), moment.day
  local person = new_person(today, ARGV[i + 18], ARGV[i + 19])
  local elder = known_of(epoch, field, today, first_allowance)
  local usual = usual_of(elder, epoch, second)
  if person or elder.fresh then
    learn(elder, epoch, field, usual, person)
    local younger = known_of(epoch + 1, ARGV[i + 16], today, elder.allowance)
    learn(younger, epoch + 1, ARGV[i + 16], usual, person)
  end
  return cap + growth * usual, elder.before > 0
end

-- Counts a report of a prefix or block, and returns the sum.
local function count_in(hash, field)
  local n = (tonumber(hash.known[field] or '') or 0) + 1
  set(hash, field, text_of(n))
  return n
end

-- The weight of a report for the detector, and whether it is the first of its
-- network in this half hour. The cap of a prefix grows with the people of its usual
-- day. Prefixes that have not reported before today share one cap with the other new
-- ones of their block and count as one network, so that ten rented networks side by
-- side count as one.
local function weigh(i, moment, second)
  if ARGV[i + 10] == '0' then return 1000, 1 end
  local counts = moment.prefixes
  local n = count_in(counts, ARGV[i + 9])
  local cap, known = cap_of(i, moment, second)
  local weight, peers = 1000, n
  if not known then
    peers = count_in(counts, ARGV[i + 17])
    weight = tapered(peers, cap)
  end
  local first = 0
  if n == 1 and peers == 1 then first = 1 end
  return math.min(weight, tapered(n, cap)), first
end

-- The levels at which a report is of a new network in its nodes.
local function new_in_nodes(i, hash)
  local network, known, levels, level = ARGV[i + 9], hash.known, 0, 1
  for at = i + first_node, i + first_node + levels_of_nodes - 1 do
    local node = ARGV[at]
    if node ~= '' then
      local now_of = network_of(known[node], network)
      if now_of then
        set(hash, node, now_of)
        levels = levels + level
      end
    end
    level = level * 2
  end
  return levels
end

-- Adds a counted report to the counters of the access network that it named.
local function add_to_access(i, counters, weight, first)
  local access = ARGV[i + 20]
  if access == '' then return end
  local head = string.match(ARGV[i + 3], '^[^|]*|[^|]*|') .. '|o'
  add_to(counters, head .. '|' .. access, 1)
  if weight > 0 then add_to(counters, head .. 'j|' .. access, weight) end
  if first == 1 then add_to(counters, head .. 'x|' .. access, 1) end
  if ARGV[i + 10] == '0' then add_to(counters, head .. 'k|' .. access, 1) end
end

-- Adds a counted report, or a repeat, to the counters of its minute. Returns its
-- weight, whether it is the first of its network, and the levels of new_in_nodes.
local function count(i, moment, second, counted)
  local place, kind, symptom = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local weight, first, levels = 0, 0, 0
  if counted == 1 and kind == 'p' then
    weight, first = weigh(i, moment, second)
    levels = new_in_nodes(i, moment.nodes)
  end
  if ARGV[i + 12] == 'p' then return weight, first, levels end
  local counters, keyed = moment.counters, ARGV[i + 10] == '0'
  if counted == 0 then kind = string.upper(kind) end
  add_to(counters, place .. kind .. '|' .. symptom, 1)
  if counted == 1 and keyed then add_to(counters, place .. 'k' .. kind .. '|' .. symptom, 1) end
  if weight > 0 then
    add_to(counters, place .. 'j|' .. symptom, weight)
    -- An alarm must hold without its largest block of networks.
    if not keyed then add_to(moment.blocks, place .. ARGV[i + 17], weight) end
  end
  if first == 1 then add_to(counters, place .. 'x|', 1) end
  if counted == 1 then add_to_access(i, counters, weight, first) end
  if levels > 0 then add_to(counters, place .. 'n' .. text_of(levels) .. '|', 1) end
  minutes[moment.minute] = true -- as text: a number would be taken for an index into a list
  return weight, first, levels
end

-- Names the fields that adding the i-th report reads.
local function want_fields(i)
  if ARGV[i + 12] == '' then want(ledger_of(ARGV[i + 1]), ARGV[i]) end
  if ARGV[i + 4] ~= 'p' then return end
  local moment = moment_of(tonumber(ARGV[i + 2]))
  local nodes = moment.nodes
  for at = i + first_node, i + first_node + levels_of_nodes - 1 do
    if ARGV[at] ~= '' then want(nodes, ARGV[at]) end
  end
  if ARGV[i + 10] == '0' then return end
  want(moment.prefixes, ARGV[i + 9])
  want(moment.prefixes, ARGV[i + 17])
  if ARGV[i + 15] ~= '' then
    local epoch = tonumber(ARGV[i + 14])
    want(histories(epoch), ARGV[i + 15])
    want(histories(epoch + 1), ARGV[i + 16])
  end
end

-- Adds the i-th report. Returns its outcome, and its row where it is new.
local function add(i)
  local before = outcome_of(i)
  if before then return before end
  local second, timeline = tonumber(ARGV[i + 2]), ARGV[i + 12]
  local moment, counted = moment_of(second), 0
  if not repeated_earlier(timeline, moment.slot, second, ARGV[i + 8]) and take_half_hour(timeline, moment, second, ARGV[i + 6], ARGV[i + 7]) then
    counted = 1
  end
  local weight, first, levels = count(i, moment, second, counted)
  local row = '+\t' .. counted .. '\t' .. text_of(weight) .. '\t' .. text_of(first + 2 * levels) .. '\t' .. ARGV[i + 11]
  remember(i, counted, row)
  return counted, row
end

-- Marks the changed minutes. What is changed again within its minute has its expiry.
local function mark_minutes()
  local sequence = redis.call('INCR', base .. 'q')
  if sequence == 1 then
    -- A new data set begins in a generation of its own, so that a reader of an
    -- earlier one notices, whatever the number of its changes.
    sequence = (now + tonumber(string.sub(ARGV[6], -4), 16)) % 65536 * generation + 1
    redis.call('SET', base .. 'q', string.format('%.0f', sequence))
  end
  local changed, score = {}, string.format('%.0f', sequence)
  for minute in pairs(minutes) do
    changed[#changed + 1] = score
    changed[#changed + 1] = minute
  end
  if redis.call('ZADD', base .. 't', unpack(changed)) == 0 then return end
  redis.call('ZREMRANGEBYRANK', base .. 't', 0, -touched_most - 1)
  redis.call('EXPIRE', base .. 'q', keep)
  redis.call('EXPIRE', base .. 't', keep)
end

-- Adds the reports of a shard, of which the first is at ARGV[from] and the last one ends
-- at ARGV[to].
local function add_shard(from, to)
  expiry, minutes, moments, ledgers, epochs = {}, {}, {}, {}, {}
  for i = from, to, report_fields do want_fields(i) end
  read_hashes()
  local answers, rows = { '' }, {}
  for i = from, to, report_fields do
    answers[#answers + 1], rows[#rows + 1] = add(i)
  end
  write_hashes()
  for key, seconds in pairs(expiry) do redis.call('EXPIRE', key, seconds) end
  if next(minutes) then mark_minutes() end
  if #rows > 0 then
    answers[1] = redis.call('XADD', base .. 'log', '*', 'r', table.concat(rows, '\n'))
  else
    local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
    if newest[1] then answers[1] = newest[1][1] end
  end
  return answers
end

local all, from = {}, 5
for s, key in ipairs(KEYS) do
  base, began = key, marks[s]
  local to = from + tonumber(ARGV[from]) * report_fields
  all[s] = add_shard(from + 1, to)
  from = to + 1
end
return all
