-- What add.lua and move.lua share. It is put before each.

local quarter, node_hold = 900, 1800 -- seconds
local several = '+' -- in place of a network: a node has reports of more than one

-- The key of the nodes of the quarter hour of a second, and in how many seconds it is to
-- expire.
local function nodes_key(base, now, second)
  local slot = math.floor(second / quarter)
  return base .. 'n:' .. string.format('%d', slot), math.max(0, (slot + 1) * quarter - now) + node_hold
end

-- The network of a node to which a report of a network is added, where that changes it: a
-- node is shown once it has reports of two networks.
local function network_of(before, network)
  if not before then return network end
  if before ~= several and before ~= network then return several end
end

