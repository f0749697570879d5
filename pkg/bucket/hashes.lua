-- Hashes that many reports of a batch read and change. Each is read with one command and
-- written with one: a command of a script costs more than a field of one. It is put before
-- add.lua.

-- The most fields of one command: Lua bounds the arguments of a function.
local fields_at_once = 500

-- The hashes by key. A hash is the fields to read; what is known of them, false where a
-- field does not exist; the changed ones; what is to be added to counters; and the seconds
-- in which the key is to expire after its first field was written, or after its last one
-- where each prolongs it.
local hashes = {}

local function hash_at(key, expires, prolonged)
  local hash = hashes[key]
  if not hash then
    hash = { expires = expires, prolonged = prolonged, wanted = {}, wants = 0, known = {}, changed = {}, added = {} }
    hashes[key] = hash
  end
  return hash
end

-- Says that a field will be read.
local function want(hash, field)
  local known = hash.known
  if known[field] == nil then
    known[field] = false
    local wants = hash.wants + 1
    hash.wants, hash.wanted[wants] = wants, field
  end
end

-- Reads the wanted fields of a hash.
local function read_hash(key, hash)
  local wanted, known, wants = hash.wanted, hash.known, hash.wants
  for from = 1, wants, fields_at_once do
    local to = math.min(from + fields_at_once - 1, wants)
    local values = redis.call('HMGET', key, unpack(wanted, from, to))
    for i = from, to do
      local value = values[i - from + 1]
      if value then known[wanted[i]], hash.exists = value, true end
    end
  end
  hash.wants = 0
end

-- Reads all wanted fields.
local function read_hashes()
  for key, hash in pairs(hashes) do
    if hash.wants > 0 then read_hash(key, hash) end
  end
end

-- Changes a field that is wanted.
local function set(hash, field, value)
  hash.known[field], hash.changed[field] = value, true
end

-- The value under a key of entries, which are strings of one length with the key first, packed
-- into one field: many of a few bytes take less memory so than with a field of their own.
local function packed_at(hash, field, key, length)
  local entries, from = hash.known[field], 1
  while entries do
    local at = string.find(entries, key, from, true)
    if not at then return nil end
    if (at - 1) % length == 0 then return string.sub(entries, at + #key, at + length - 1) end
    from = at + 1
  end
end

-- Adds an entry that is not there.
local function pack(hash, field, entry) set(hash, field, (hash.known[field] or '') .. entry) end

-- Adds a number to a counter, of which nothing is read before the end.
local function add_to(hash, field, n)
  local added = hash.added
  added[field] = (added[field] or 0) + n
end

-- Reads the counters to which something is added, and changes them.
local function add_counters(key, hash)
  for field in pairs(hash.added) do want(hash, field) end
  read_hash(key, hash)
  for field, n in pairs(hash.added) do
    set(hash, field, text_of((tonumber(hash.known[field] or '') or 0) + n))
  end
end

-- Writes the changed fields of a hash. The first ones set the time at which it expires,
-- which its later ones do not change.
local function write_hash(key, hash)
  local written, n = {}, 0
  local known = hash.known
  for field in pairs(hash.changed) do
    written[n + 1], written[n + 2] = field, known[field]
    n = n + 2
    if n == fields_at_once then
      redis.call('HSET', key, unpack(written, 1, n))
      n = 0
    end
  end
  if n > 0 then redis.call('HSET', key, unpack(written, 1, n)) end
  if (hash.prolonged or not hash.exists) and next(hash.changed) then redis.call('EXPIRE', key, hash.expires) end
end

-- Writes all that changed.
local function write_hashes()
  for key, hash in pairs(hashes) do
    if next(hash.added) then add_counters(key, hash) end
    write_hash(key, hash)
  end
  hashes = {}
end
