#!/bin/sh
# Builds _static/codemirror.mjs, which is committed, from the versions in package-lock.json.
# It needs Node.js, and npm's registry.
set -eu
cd "$(dirname "$0")"
npm ci --silent --no-audit --no-fund
versions=$(node -p 'Object.entries(require("./package.json").dependencies).map((p) => p.join(" ")).join(", ")')
{ echo "/* Built by tools/codemirror/build.sh from $versions."; echo; cat node_modules/@codemirror/view/LICENSE; echo '*/'; } > banner
npx esbuild editor.js --bundle --minify --format=esm --target=es2020 --legal-comments=none \
    --banner:js="$(cat banner)" --outfile=../../_static/codemirror.mjs
rm -rf node_modules banner
