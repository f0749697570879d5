-- What add.lua and move.lua share. It is put before each.

local quarter, node_hold = 900, 1800 -- seconds
local several = '+' -- in place of a network: a node has reports of more than one

-- The levels of the public table at which a report is the first or the second of a
-- network in its node and quarter hour, as the sum of 2^level: a node is shown once
-- it has reports of two networks. list has the field of the node of each level with
-- tabs between them, '' for none. Where a node changed, the answer goes on with the
-- key of the nodes and the seconds in which it is to expire.
local function network_levels(base, now, second, network, list)
  if list == '' then return 0 end
  local nodes, level_of, level = {}, {}, 0
  for node in string.gmatch(list .. '\t', '(.-)\t') do
    if node ~= '' then
      nodes[#nodes + 1] = node
      level_of[#nodes] = level
    end
    level = level + 1
  end
  local slot, changes, levels = math.floor(second / quarter), {}, 0
  local key = base .. 'n:' .. slot
  local known = redis.call('HMGET', key, unpack(nodes))
  for i, node in ipairs(nodes) do
    local first = known[i]
    if not first or first ~= several and first ~= network then
      changes[#changes + 1] = node
      changes[#changes + 1] = first and several or network
      levels = levels + 2 ^ level_of[i]
    end
  end
  if levels == 0 then return 0 end
  redis.call('HSET', key, unpack(changes))
  return levels, key, math.max(0, (slot + 1) * quarter - now) + node_hold
end

