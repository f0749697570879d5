-- What add.lua, undo.lua and move.lua share about counters. It is put before each.

local full_weight = 1000

-- A whole number as text. Making texts of numbers is dear. Their keys are no whole
-- numbers, or they would be taken for indices into a long list.
local texts = {}
local function text_of(n)
  local text = texts[n + 0.5]
  if not text then
    text = string.format('%.0f', n)
    texts[n + 0.5] = text
  end
  return text
end

-- The letter of the one counter for a counted report of full weight: 'q' for the first of
-- its network, else 'f'. Others have one for each sum.
local function full_letter(weight, first)
  if weight ~= full_weight then return nil end
  if first == 1 then return 'q' end
  return 'f'
end

