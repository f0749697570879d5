-- Tries the commands of add.lua, on keys of its own that expire.
--
-- KEYS[1]  prefix of the keys
-- ARGV[1]  now, Unix seconds
local hash, set, stream, text = KEYS[1] .. 'h', KEYS[1] .. 't', KEYS[1] .. 's', KEYS[1] .. 'q'
redis.call('GET', text)
redis.call('SET', text, '0')
redis.call('INCR', text)
redis.call('HGET', hash, 'f')
redis.call('HSET', hash, 'f', ARGV[1])
redis.call('HINCRBY', hash, 'n', 1)
redis.call('ZADD', set, ARGV[1], 'm')
redis.call('ZREMRANGEBYRANK', set, 0, -2)
redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
redis.call('XADD', stream, 'MAXLEN', '1', '*', 'r', '')
for _, key in ipairs({ hash, set, stream, text }) do redis.call('EXPIRE', key, 60) end
return 1
