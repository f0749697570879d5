// Checks that the documents list what is in the tree (pinned versions, packages,
// targets of make, flags), that the README is short, and that links between
// documents lead to files: a list that nobody checks goes stale.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const read = (file) => readFileSync(file, 'utf8');
const tracked = (...patterns) => execFileSync('git', ['ls-files', ...patterns], { encoding: 'utf8' }).trim().split('\n').filter((file) => existsSync(file));
const row = (name, version) => `| \`${name}\` | ${version} |`;
const wrong = [];

// lists reports the entries that a document does not have.
function lists(document, what, entries) {
  const text = read(document);
  for (const entry of entries) if (!text.includes(entry)) wrong.push(`${document} does not list ${entry}`);
  return `${entries.length} ${what}`;
}

const modules = [...read('go.mod').matchAll(/^(?:require )?\t?(\S+\/\S+) v(\S+)$/gm)].map(([, name, version]) => row(name, version));

// Modules of the tools that go.mod files under .ci name.
const tools = tracked('.ci/*/go.mod').map(read).flatMap((text) => {
  const versions = [...text.matchAll(/^(?:require )?\t?(\S+\/\S+) v(\S+?)(?: \/\/ indirect)?$/gm)];
  return [...text.matchAll(/^(?:tool )?\t?(\S+\/cmd\/\S+)$/gm)]
    .map(([, tool]) => versions.find(([, name]) => tool.startsWith(`${name}/`)))
    .map(([, name, version]) => row(name, version));
});

const packages = tracked('*package.json').map((file) => JSON.parse(read(file)))
  .flatMap((p) => Object.entries({ ...p.dependencies, ...p.devDependencies, ...p.optionalDependencies }))
  .map(([name, version]) => row(name, version));
const folders = [...new Set(tracked('pkg/*/*.go').map((file) => `\`${file.split('/').slice(0, 2).join('/')}\``))];
const targets = /^\.PHONY: (.*)$/m.exec(read('Makefile'))[1].split(' ').map((target) => `| \`make ${target}\` |`);

// Flags of the server, by the name that the field or its tag gives them.
const flags = [...(read('cmd/downpour/serve.go') + read('cmd/downpour/site_flags.go')).matchAll(/^\t(\w+) .*`(help:.*)`$/gm)]
  .filter(([, , tags]) => !tags.includes('hidden:'))
  .map(([, field, tags]) => /\bname:"([^"]*)"/.exec(tags)?.[1] ?? field.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase())
  .map((flag) => `| \`--${flag}\` | \`DOWNPOUR_${flag.replaceAll('-', '_').toUpperCase()}\` |`);

const counted = [
  lists('docs/architecture.md', 'modules', modules), lists('docs/architecture.md', 'tools', tools),
  lists('docs/architecture.md', 'npm packages', packages), lists('docs/architecture.md', 'packages', folders),
  lists('CONTRIBUTING.md', 'targets', targets), lists('docs/operators.md', 'flags', flags),
];

const words = read('README.md').split(/\s+/).length;
if (words > 1200) wrong.push(`README.md has ${words} words, at most 1200 are allowed`);

// The anchor that GitHub makes of a heading.
const anchor = (heading) => heading.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
for (const document of tracked('*.md', '.github/*.md')) {
  for (const [, link] of read(document).replace(/```.*?```/gs, '').matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [path, fragment] = link.split('#');
    const target = path ? join(dirname(document), path) : document;
    if (!existsSync(target)) wrong.push(`${document} links to ${link}, which is not there`);
    else if (fragment && ![...read(target).matchAll(/^#+ (.*)$/gm)].some(([, heading]) => anchor(heading) === fragment)) {
      wrong.push(`${document} links to ${link}, which has no such heading`);
    }
  }
}

if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
console.log(`documents: list ${counted.join(', ')}; the README has ${words} words`);
