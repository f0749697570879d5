-- Adds a batch of reports of one or several shards in one atomic step.
--
-- KEYS     the base of the keys of each shard, and for a single one a key that does not exist
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  lifetime of the counters of a minute, in seconds
-- ARGV[3]  lifetime of the ledger in seconds
-- ARGV[4]  length of the list of changed minutes
-- ARGV[5]  least cap of a prefix
-- then for each shard the number of its reports, and for each report:
--   id
--   when it was received and counted: minute received, second it happened, the epoch of
--     the key that the prefix is hashed under, and the timeline, with spaces between
--   place (service|country|cell|)
--   kind letter and symptom, with a | between
--   the field and key of the reporter in the half hour in one
--   prefix field ('': importers have no cap)
--   the field of the block around the prefix
--   the field under which the prefix is learnt with this key ('': it is not learnt)
--   the same with the next key
--   the field and key of the sender's address among the people of the day in one
--   row for the log
--   the same as of the reporter, under the earlier key for reporters ('': none)
--   the access network that was named and the region, network/region ('': none was)
--   of an imported line the request it came with, and the field and key by which it is
--     recognised in one ('' for others)
--   the nodes of the public table that the report lies in, each with its level before it
--     and a tab after it, but for those that are known to have several networks
-- The timeline is '' for a live report, 'h' for an imported line of the hot
-- window, and 'p' for an older one, which is added to the log only and changes no
-- counter.
--
-- Returns a list for each shard: the id of the log entry, or of the newest one where
-- all reports were already stored, and then for each report 1 or 0: whether it
-- counted, and 4 times the levels of the given nodes that have several networks, as the
-- sum of 2^level. A report whose id is in the ledger changes nothing and has its first
-- outcome. An imported line that is already stored changes nothing either: it has its
-- first outcome where the same request sends it again, so that a round trip can be
-- repeated, else 2.
local now = tonumber(ARGV[1])
-- Without the mark, this Redis lost its data and its counters are not restored yet:
-- counting now would count some people twice.
local marks, shards = {}, #KEYS
if string.sub(KEYS[shards], -1) ~= ':' then shards = shards - 1 end
for s = 1, shards do
  marks[s] = tonumber(redis.call('GET', KEYS[s] .. 'alive') or '')
  if not marks[s] then return redis.error_reply('EMPTY the counters are not restored yet') end
end
local keep, ledger_for, touched_most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local least_cap = tonumber(ARGV[5])
local report_fields = 15
local earlier_at, line_at, nodes_at = 11, 13, 14 -- places in a report of what few have
local problem = string.byte('p')
local field_length, key_length, request_length = 2, 6, 4 -- bytes
local half_entry, line_entry = key_length + 2, key_length + 1 + request_length -- key and offset; key, outcome and request
local half = 1800
local week, seen_for = 10080, 15 * 86400 -- minutes, seconds: a line is recognised for a week at least
local import_for = 7200 -- lifetime of the half hours of an import after their last change, in seconds
local origin_step = 14 * 86400 -- seconds from one key for networks to the next
local day_length = 86400
local least_days = 7 -- a shorter history is averaged as if it were this long
local growth = 1 / 8 -- by which a cap grows with each person that a prefix has on a usual day
local first_allowance = 4 -- people that are learnt on one day of the first week
local generation = 68719476736 -- 2^36 changes; 2^16 generations of them are whole numbers

-- Of the shard that is added to: the base of its keys and when its counters began; its
-- changed minutes.
local base, began, minutes

-- The histories of prefixes under the key of an epoch.
local function histories(epoch)
  return hash_at(base .. 'v:' .. text_of(epoch), math.max(1, (epoch + 2) * origin_step - now))
end

-- The reporters of a half hour. Imports have half hours of their own, by event time, of any
-- day.
local function reporters(slot, timeline)
  local lifetime = math.max(0, (slot + 1) * half - now) + half + 60
  if timeline == '' then return hash_at(base .. 'h:' .. text_of(slot), lifetime) end
  return hash_at(base .. 'ih:' .. text_of(slot), math.max(lifetime, import_for), true)
end

-- A number below 2^16 in two bytes.
local function bytes_of(n) return string.char(math.floor(n / 256), n % 256) end
local function number_of(bytes) return 256 * string.byte(bytes, 1) + string.byte(bytes, 2) end

-- What reports that were received in one minute and happened in one second share: the
-- hashes of their ledger, minute, half hours, quarter hour, day and epoch. Of the shard that
-- is added to.
local moments
local function moment_of(text)
  local moment = moments[text]
  if not moment then
    local received, at, of, timeline = string.match(text, '(%d+) (%d+) (%d+) (%a?)')
    local second, epoch = tonumber(at), tonumber(of)
    local minute, slot, day = math.floor(second / 60), math.floor(second / half), math.floor(second / day_length)
    moment = {
      second = second, epoch = epoch, timeline = timeline,
      minute = text_of(minute), slot = slot, offset = bytes_of(second - slot * half), day = day,
      ledger = hash_at(base .. 'u:' .. received, ledger_for + 60),
      counters = hash_at(base .. 'm:' .. text_of(minute), keep), blocks = hash_at(base .. 'b:' .. text_of(minute), keep),
      prefixes = hash_at(base .. 'p:' .. text_of(slot), 2 * half), nodes = hash_at(nodes_key(base, now, second)),
      this_half = reporters(slot, timeline), last_half = reporters(slot - 1, timeline),
      people = hash_at(base .. 'a:' .. text_of(day), math.max(1, (day + 1) * day_length - now + half)),
      histories = histories(epoch), next_histories = histories(epoch + 1),
    }
    -- A delayed report, or one from a server with a slower clock, can follow one
    -- that happened after it. Clocks are assumed to agree within a minute.
    if (slot + 1) * half <= now + 60 then moment.next_half = reporters(slot + 1, timeline) end
    if timeline ~= '' then
      local this_week = math.floor(tonumber(received) / week)
      moment.lines = hash_at(base .. 's:' .. text_of(this_week), seen_for, true)
      moment.earlier_lines = hash_at(base .. 's:' .. text_of(this_week - 1), seen_for, true)
    end
    moments[text] = moment
  end
  return moment
end

-- The field and the key of an entry of a packed hash.
local function place_of(text) return string.sub(text, 1, field_length), string.sub(text, field_length + 1) end

-- Names the field of a reporter in the half hours of a moment.
local function want_reporter(moment, reporter)
  local field = string.sub(reporter, 1, field_length)
  want(moment.this_half, field)
  want(moment.last_half, field)
  if moment.next_half then want(moment.next_half, field) end
end

-- Whether a reporter counted in a half hour, less than half an hour from a second.
local function taken(hash, slot, second, field, key)
  local last = packed_at(hash, field, key, half_entry)
  return last and math.abs(second - (slot * half + number_of(last))) < half
end

local function repeated_beside(moment, field, key)
  return taken(moment.last_half, moment.slot - 1, moment.second, field, key)
    or moment.next_half and taken(moment.next_half, moment.slot + 1, moment.second, field, key)
end

-- Takes the half hour of a reporter, unless it is taken.
local function take_half_hour(moment, reporter)
  local field, key = place_of(reporter)
  if packed_at(moment.this_half, field, key, half_entry) or repeated_beside(moment, field, key) then return false end
  pack(moment.this_half, field, key .. moment.offset)
  return true
end

-- Whether a reporter reported in the half hour before under the earlier key.
local function repeated_earlier(moment, earlier)
  if earlier == '' then return false end
  local field, key = place_of(earlier)
  return taken(moment.this_half, moment.slot, moment.second, field, key) or repeated_beside(moment, field, key)
end

-- The request of an imported line, and its place among the stored lines.
local function line_of(i)
  local line = ARGV[i + line_at]
  return string.sub(line, 1, request_length), place_of(string.sub(line, request_length + 1))
end

-- The first outcome of the i-th report, or nothing where it is new.
local function outcome_of(i, moment)
  if moment.timeline == '' then
    local row = moment.ledger.known[ARGV[i]]
    return row and tonumber(string.sub(row, 3, 3))
  end
  local request, field, key = line_of(i)
  local seen = packed_at(moment.lines, field, key, line_entry) or packed_at(moment.earlier_lines, field, key, line_entry)
  if seen and string.sub(seen, 2) == request then return tonumber(string.sub(seen, 1, 1)) end
  return seen and 2
end

-- Stores the outcome of the i-th report, and its row.
local function remember(i, moment, counted, row)
  if moment.timeline == '' then
    set(moment.ledger, ARGV[i], row)
  else
    local request, field, key = line_of(i)
    pack(moment.lines, field, key .. counted .. request)
  end
end

-- Whether an address is seen for the first time on a day, by any report that a history may
-- learn from. People are counted by addresses: tokens cost their sender nothing.
local function new_person(people, person)
  local field, key = place_of(person)
  if packed_at(people, field, key, key_length) then return false end
  pack(people, field, key)
  return true
end

-- The history of a prefix: the people of the days before its last day, that day,
-- its people, the last week, and how many people may be added on a day of that
-- week.
local function known_of(hash, field, today, allowance)
  local known = hash.known[field]
  local k = { before = 0, day = today, n = 0, week = math.floor(today / 7), allowance = allowance, fresh = not known }
  if known then
    local before, day, n, week, most = string.match(known, '(%d+):(%d+):(%d+):(%d+):(%d+)')
    k.before, k.day, k.n, k.week, k.allowance = tonumber(before), tonumber(day), tonumber(n), tonumber(week), tonumber(most)
  end
  if k.day < today then k.before, k.day, k.n = k.before + k.n, today, 0 end
  return k
end

-- Whether no person is added to a history any more on its day.
local function learnt_all(k) return k.n >= k.allowance and math.floor(k.day / 7) <= k.week end

-- The people of a usual day of a prefix, over the days since its key or the
-- counters began.
local function usual_of(k, epoch, second)
  local days = math.floor((second - math.max(began, epoch * origin_step)) / day_length)
  return k.before / math.max(least_days, days)
end

-- Adds a person to the history of a prefix. On each day of a week at most twice as
-- many people are added as were usual at its beginning, so that a network which is
-- prepared for an attack takes weeks to look large.
local function learn(k, hash, field, usual, person)
  local this_week = math.floor(k.day / 7)
  if this_week > k.week then
    k.week, k.allowance = this_week, math.max(first_allowance, math.ceil(2 * usual))
  end
  if person and k.n < k.allowance then k.n = k.n + 1
  elseif not k.fresh then return end
  set(hash, field, text_of(k.before) .. ':' .. text_of(k.day) .. ':' .. text_of(k.n) .. ':' .. text_of(k.week) .. ':' .. text_of(k.allowance))
end

-- The weight of the n-th report under a cap, in thousandths: full up to the cap,
-- then decreasing, so that the sum stays below the cap and a half.
local function tapered(n, cap)
  if n <= cap then return full_weight end
  return math.floor(full_weight * (cap / n) ^ 3)
end

-- The cap of the prefix of the i-th report, and whether the prefix has reported on
-- an earlier day. The person is added under both keys in use, as long as the elder one
-- learns on this day; the younger one inherits the weekly allowance.
local function cap_of(i, moment)
  local field = ARGV[i + 7]
  if field == '' then return least_cap, true end
  local today = moment.day
  local elder = known_of(moment.histories, field, today, first_allowance)
  local usual = usual_of(elder, moment.epoch, moment.second)
  if elder.fresh or not learnt_all(elder) then
    local person = new_person(moment.people, ARGV[i + 9])
    if person or elder.fresh then
      learn(elder, moment.histories, field, usual, person)
      local younger = known_of(moment.next_histories, ARGV[i + 8], today, elder.allowance)
      learn(younger, moment.next_histories, ARGV[i + 8], usual, person)
    end
  end
  return least_cap + growth * usual, elder.before > 0
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
local function weigh(i, moment)
  local prefix, counts = ARGV[i + 5], moment.prefixes
  if prefix == '' then return full_weight, 1 end
  local n = count_in(counts, prefix)
  local cap, known = cap_of(i, moment)
  local weight, peers = full_weight, n
  if not known then
    peers = count_in(counts, ARGV[i + 6])
    weight = tapered(peers, cap)
  end
  local first = 0
  if n == 1 and peers == 1 then first = 1 end
  return math.min(weight, tapered(n, cap)), first
end

-- The levels at which a report is of a new network in its nodes, and those at which its
-- nodes have several networks now.
local function new_in_nodes(i, hash)
  local nodes, levels, shared = ARGV[i + nodes_at], 0, 0
  if nodes == '' then return levels, shared end
  local network, known = ARGV[i + 5], hash.known
  for digit, node in string.gmatch(nodes, '(%d)([^\t]*)\t') do
    local level = 2 ^ tonumber(digit)
    local now_of = network_of(known[node], network)
    if now_of then
      set(hash, node, now_of)
      levels = levels + level
    end
    if known[node] == several then shared = shared + level end
  end
  return levels, shared
end

-- Adds a counted report to the counters of the access network that it named.
local function add_to_access(i, counters, weight, first)
  local access = ARGV[i + 12]
  if access == '' then return end
  local head = string.match(ARGV[i + 2], '^[^|]*|[^|]*|') .. '|o'
  add_to(counters, head .. '|' .. access, 1)
  if weight > 0 then add_to(counters, head .. 'j|' .. access, weight) end
  if first == 1 then add_to(counters, head .. 'x|' .. access, 1) end
  if ARGV[i + 5] == '' then add_to(counters, head .. 'k|' .. access, 1) end
end

-- Adds a counted report to the counters of its minute. One of full weight is one field.
local function add_counted(i, counters, weight, first, levels)
  local place, what = ARGV[i + 2], ARGV[i + 3]
  local full = full_letter(weight, first)
  if full then
    add_to(counters, place .. full .. string.sub(what, 2), 1)
  else
    add_to(counters, place .. what, 1)
    if weight > 0 then add_to(counters, place .. 'j' .. string.sub(what, 2), weight) end
    if first == 1 then add_to(counters, place .. 'x|', 1) end
  end
  if ARGV[i + 5] == '' then add_to(counters, place .. 'k' .. what, 1) end
  if levels > 0 then add_to(counters, place .. 'n' .. text_of(levels) .. '|', 1) end
  add_to_access(i, counters, weight, first)
end

-- Adds a report to the counters of its minute; weight and the rest are 0 for one that is
-- not judged.
local function count(i, moment, counted, weight, first, levels)
  local place, what = ARGV[i + 2], ARGV[i + 3]
  if counted == 1 then
    add_counted(i, moment.counters, weight, first, levels)
  else
    add_to(moment.counters, place .. string.upper(string.sub(what, 1, 1)) .. string.sub(what, 2), 1)
  end
  -- An alarm must hold without its largest block of networks.
  if weight > 0 and ARGV[i + 5] ~= '' then add_to(moment.blocks, place .. ARGV[i + 6], weight) end
  minutes[moment.minute] = true -- as text: a number would be taken for an index into a list
end

-- Whether the i-th report says that something does not work.
local function is_problem(i) return string.byte(ARGV[i + 3]) == problem end

-- Names the fields that adding the i-th report reads.
local function want_fields(i)
  local moment = moment_of(ARGV[i + 1])
  want_reporter(moment, ARGV[i + 4])
  if ARGV[i + earlier_at] ~= '' then want_reporter(moment, ARGV[i + earlier_at]) end
  if moment.timeline == '' then
    want(moment.ledger, ARGV[i])
  else
    local _, field = line_of(i)
    want(moment.lines, field)
    want(moment.earlier_lines, field)
  end
  if not is_problem(i) then return end
  local nodes = ARGV[i + nodes_at]
  if nodes ~= '' then
    for node in string.gmatch(nodes, '%d([^\t]*)\t') do want(moment.nodes, node) end
  end
  if ARGV[i + 5] == '' then return end
  want(moment.prefixes, ARGV[i + 5])
  want(moment.prefixes, ARGV[i + 6])
  if ARGV[i + 7] ~= '' then
    want(moment.histories, ARGV[i + 7])
    want(moment.next_histories, ARGV[i + 8])
    want(moment.people, string.sub(ARGV[i + 9], 1, field_length))
  end
end

-- Adds the i-th report. Returns its answer, and its row where it is new.
local function add(i)
  local moment = moment_of(ARGV[i + 1])
  local before = outcome_of(i, moment)
  if before then return before end
  local counted, weight, first, levels, shared = 0, 0, 0, 0, 0
  if not repeated_earlier(moment, ARGV[i + earlier_at]) and take_half_hour(moment, ARGV[i + 4]) then
    counted = 1
  end
  if counted == 1 and is_problem(i) then
    weight, first = weigh(i, moment)
    levels, shared = new_in_nodes(i, moment.nodes)
  end
  if moment.timeline ~= 'p' then count(i, moment, counted, weight, first, levels) end
  local row = '+\t' .. counted .. '\t' .. text_of(weight) .. '\t' .. text_of(first + 2 * levels) .. '\t' .. ARGV[i + 10]
  remember(i, moment, counted, row)
  return counted + 4 * shared, row
end

-- Marks the changed minutes, and returns the number of the change as text. What is changed
-- again within its minute has its expiry.
local function mark_minutes()
  local sequence = redis.call('INCR', base .. 'q')
  if sequence == 1 then
    -- A new data set begins in a generation of its own, so that a reader of an
    -- earlier one notices, whatever the number of its changes.
    sequence = (now + tonumber(string.sub(ARGV[7], -4), 16)) % 65536 * generation + 1
    redis.call('SET', base .. 'q', string.format('%.0f', sequence))
  end
  local changed, score = {}, string.format('%.0f', sequence)
  for minute in pairs(minutes) do
    changed[#changed + 1] = score
    changed[#changed + 1] = minute
  end
  if redis.call('ZADD', base .. 't', unpack(changed)) == 0 then return score end
  redis.call('ZREMRANGEBYRANK', base .. 't', 0, -touched_most - 1)
  redis.call('EXPIRE', base .. 'q', keep)
  redis.call('EXPIRE', base .. 't', keep)
  return score
end

-- Adds the reports of a shard, of which the first is at ARGV[from] and the last one ends
-- at ARGV[to].
local function add_shard(from, to)
  minutes, moments = {}, {}
  for i = from, to, report_fields do want_fields(i) end
  read_hashes()
  local answers, added = { '' }, 1
  local rows, stored = {}, 0
  for i = from, to, report_fields do
    local answer, row = add(i)
    added = added + 1
    answers[added] = answer
    if row then
      stored = stored + 1
      rows[stored] = row
    end
  end
  write_hashes()
  if next(minutes) then
    answers[1] = redis.call('XADD', base .. 'log', '*', 'r', table.concat(rows, '\n'), 's', mark_minutes())
  elseif stored > 0 then
    answers[1] = redis.call('XADD', base .. 'log', '*', 'r', table.concat(rows, '\n'))
  else
    local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
    if newest[1] then answers[1] = newest[1][1] end
  end
  return answers
end

local all, from = {}, 6
for s = 1, shards do
  base, began = KEYS[s], marks[s]
  local to = from + tonumber(ARGV[from]) * report_fields
  all[s] = add_shard(from + 1, to)
  from = to + 1
end
return all
