-- Adds a batch of reports of one shard in one atomic step.
--
-- KEYS[1]  the base of the shard's keys
-- ARGV[1]  now, Unix seconds
-- ARGV[2]  seconds that the counters of a minute stay after their last change
-- ARGV[3]  seconds that the ledger stays
-- ARGV[4]  how many minutes the list of changed minutes keeps
-- then for each report:
--   id, minute received, second it happened, place (service|country|cell),
--   kind letter, symptom, half-hour bucket and field of the reporter, the same
--   under the earlier key (or two empty strings), prefix field, cap of the
--   prefix (0: none), row for the log
--
-- Answers the id of the log entry, or of the newest one where the batch held
-- only reports that were there already, and then 1 or 0 for each report:
-- whether it counted. A report whose id is in the ledger changes nothing and
-- gets the answer it got before.
local base, now = KEYS[1], tonumber(ARGV[1])
-- Without the mark, this Redis lost its memory and waits to be told again what
-- was counted: counting now would count some people twice.
if redis.call('EXISTS', base .. 'alive') == 0 then
  return redis.error_reply('EMPTY the counters are not restored yet')
end
local keep, ledger_for, touched_most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local half = 1800
local generation = 68719476736 -- 2^36 changes; 2^16 generations of them are whole numbers

local answers, rows, expiry, minutes = { '' }, {}, {}, {}

local function seen(slot, second, bucket, field)
  if field == '' then return false end
  local last = redis.call('HGET', base .. 'h:' .. slot .. ':' .. bucket, field)
  return last and math.abs(second - (slot * half + tonumber(last))) < half
end

local function repeated(second, bucket, field)
  local slot = math.floor(second / half)
  if seen(slot, second, bucket, field) or seen(slot - 1, second, bucket, field) then return true end
  -- A report that was delayed, or told by a slower clock, can follow one that
  -- happened after it. Clocks are taken to agree to a minute.
  return (slot + 1) * half <= now + 60 and seen(slot + 1, second, bucket, field)
end

local function take_half_hour(second, bucket, field)
  local slot = math.floor(second / half)
  local key = base .. 'h:' .. slot .. ':' .. bucket
  redis.call('HSET', key, field, second - slot * half)
  expiry[key] = math.max(0, (slot + 1) * half - now) + half + 60
end

-- What the detector sees of the n-th report of a prefix: all of it up to the
-- cap, then ever less, so that a prefix never weighs more than twice its cap.
local function weigh(second, field, cap)
  if cap == 0 then return 1000, 1 end
  local key = base .. 'p:' .. math.floor(second / half)
  local n = redis.call('HINCRBY', key, field, 1)
  expiry[key] = 2 * half
  local first = 0
  if n == 1 then first = 1 end
  if n <= cap then return 1000, first end
  return math.floor(1000 * cap * cap / (n * n)), first
end

for i = 5, #ARGV, 13 do
  local id, second, place = ARGV[i], tonumber(ARGV[i + 2]), ARGV[i + 3]
  local ledger = base .. 'u:' .. ARGV[i + 1]
  local before = redis.call('HGET', ledger, id)
  if before then
    answers[#answers + 1] = tonumber(string.sub(before, 3, 3))
  else
    local kind, symptom, row = ARGV[i + 4], ARGV[i + 5], ARGV[i + 12]
    local bucket, field = ARGV[i + 6], ARGV[i + 7]
    local counted = 1
    if repeated(second, bucket, field) or repeated(second, ARGV[i + 8], ARGV[i + 9]) then counted = 0 end
    local weight, first = 0, 0
    local minute = math.floor(second / 60)
    local counters = base .. 'm:' .. minute
    if counted == 1 then
      take_half_hour(second, bucket, field)
      redis.call('HINCRBY', counters, place .. kind .. '|' .. symptom, 1)
      if kind == 'p' then
        weight, first = weigh(second, ARGV[i + 10], tonumber(ARGV[i + 11]))
        if weight > 0 then redis.call('HINCRBY', counters, place .. 'j|', weight) end
        if first == 1 then redis.call('HINCRBY', counters, place .. 'x|', 1) end
      end
    else
      redis.call('HINCRBY', counters, place .. string.upper(kind) .. '|' .. symptom, 1)
    end
    expiry[counters] = keep
    minutes[string.format('%d', minute)] = true -- as text: a number would be taken for an index into a list
    local told = '\t' .. counted .. '\t' .. weight .. '\t' .. first .. '\t' .. row
    redis.call('HSET', ledger, id, '+' .. told)
    expiry[ledger] = ledger_for
    rows[#rows + 1] = '+' .. told
    answers[#answers + 1] = counted
  end
end

for key, seconds in pairs(expiry) do redis.call('EXPIRE', key, seconds) end
if #rows > 0 then
  local sequence = redis.call('INCR', base .. 'q')
  if sequence == 1 then
    -- A new memory counts in a generation of its own, so that a reader who
    -- remembers another one notices, however many changes it has seen.
    sequence = (now + tonumber(string.sub(ARGV[5], -4), 16)) % 65536 * generation + 1
    redis.call('SET', base .. 'q', string.format('%.0f', sequence))
  end
  local score = string.format('%.0f', sequence)
  for minute in pairs(minutes) do redis.call('ZADD', base .. 't', score, minute) end
  redis.call('ZREMRANGEBYRANK', base .. 't', 0, -touched_most - 1)
  redis.call('EXPIRE', base .. 'q', keep)
  redis.call('EXPIRE', base .. 't', keep)
  answers[1] = redis.call('XADD', base .. 'log', '*', 'r', table.concat(rows, '\n'))
else
  local newest = redis.call('XREVRANGE', base .. 'log', '+', '-', 'COUNT', 1)
  if newest[1] then answers[1] = newest[1][1] end
end
return answers
