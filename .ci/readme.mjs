// Checks that the README lists what is pinned, the folders of packages and the
// targets of make: a list that nobody checks soon tells of something else.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const read = (file) => readFileSync(file, 'utf8');
const tracked = (pattern) => execFileSync('git', ['ls-files', pattern], { encoding: 'utf8' }).trim().split('\n');
const row = (name, version) => `| \`${name}\` | ${version} |`;

const modules = [...read('go.mod').matchAll(/^(?:require )?\t?(\S+\/\S+) v(\S+)$/gm)].map(([, name, version]) => row(name, version));
const packages = tracked('*package.json').map((file) => JSON.parse(read(file)))
  .flatMap((p) => Object.entries({ ...p.dependencies, ...p.devDependencies, ...p.optionalDependencies }))
  .map(([name, version]) => row(name, version));
const folders = new Set(tracked('pkg/*/*.go').map((file) => `\`${file.split('/').slice(0, 2).join('/')}\``));
const targets = /^\.PHONY: (.*)$/m.exec(read('Makefile'))[1].split(' ').map((target) => `\`make ${target}\``);

const readme = read('README.md');
const untold = [...modules, ...packages, ...folders, ...targets].filter((entry) => !readme.includes(entry));
if (untold.length > 0) {
  console.error(`the README does not list:\n${untold.join('\n')}`);
  process.exit(1);
}
console.log(`README: lists ${modules.length} modules, ${packages.length} packages, ${folders.size} folders, ${targets.length} targets`);
