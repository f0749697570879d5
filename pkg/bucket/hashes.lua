-- Hashes that many reports of a batch read and change. Each is read with one command and
-- written with one: a command of a script costs more than a field of one. It is put before
-- add.lua.

-- The most fields of one command: Lua bounds the arguments of a function.
local fields_at_once = 500

-- The hashes by key, and their keys in the order in which they were named. A hash is the
-- fields to read; what is known of them, false where a field does not exist; the changed
-- ones in their order; what is to be added to counters, in their order as well; and the
-- seconds in which the key is to expire after its first field was written.
local hashes, hash_keys = {}, {}

local function hash_at(key, expires)
  local hash = hashes[key]
  if not hash then
    hash = { expires = expires, wanted = {}, known = {}, changed = {}, dirty = {}, counters = {}, added = {} }
    hashes[key] = hash
    hash_keys[#hash_keys + 1] = key
  end
  return hash
end

-- Says that a field will be read.
local function want(hash, field)
  if hash.known[field] == nil then
    hash.known[field] = false
    hash.wanted[#hash.wanted + 1] = field
  end
end

-- Gives each field of a list and its value to a function.
local function read_fields(key, fields, with)
  for from = 1, #fields, fields_at_once do
    local to = math.min(from + fields_at_once - 1, #fields)
    local values = redis.call('HMGET', key, unpack(fields, from, to))
    for i = from, to do with(fields[i], values[i - from + 1]) end
  end
end

-- Reads all wanted fields.
local function read_hashes()
  for _, key in ipairs(hash_keys) do
    local hash = hashes[key]
    local known = hash.known
    read_fields(key, hash.wanted, function(field, value)
      known[field] = value
      hash.exists = hash.exists or value
    end)
  end
end

-- Changes a field that is wanted.
local function set(hash, field, value)
  hash.known[field] = value
  if not hash.dirty[field] then
    hash.dirty[field] = true
    hash.changed[#hash.changed + 1] = field
  end
end

-- Adds a number to a counter, of which nothing is read before the end.
local function add_to(hash, field, n)
  local added = hash.added
  if not added[field] then
    hash.counters[#hash.counters + 1] = field
    added[field] = 0
  end
  added[field] = added[field] + n
end

-- Writes all that changed. The first fields of a hash set the time at which it expires,
-- which its later ones do not change.
local function write_hashes()
  for _, key in ipairs(hash_keys) do
    local hash = hashes[key]
    local known, changed = hash.known, hash.changed
    read_fields(key, hash.counters, function(field, value)
      hash.exists = hash.exists or value
      known[field] = string.format('%.0f', (tonumber(value or '') or 0) + hash.added[field])
      changed[#changed + 1] = field
    end)
    for from = 1, #changed, fields_at_once do
      local pairs_of = {}
      for i = from, math.min(from + fields_at_once - 1, #changed) do
        pairs_of[#pairs_of + 1] = changed[i]
        pairs_of[#pairs_of + 1] = known[changed[i]]
      end
      redis.call('HSET', key, unpack(pairs_of))
    end
    if #changed > 0 and not hash.exists then redis.call('EXPIRE', key, hash.expires) end
  end
  hashes, hash_keys = {}, {}
end

