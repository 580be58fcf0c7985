// Typesets formulas: a JSON list of {tex, display} on stdin, of {svg} or {error} on
// stdout. MathJax lies in ../vendor; nothing is fetched.

const path = require("node:path");
const vendor = path.join(__dirname, "..", "vendor");
const at = (name) => path.join(vendor, name);

global.MathJax = {
  loader: {
    require,
    paths: { mathjax: vendor },
    source: {
      core: at("core.js"),
      "adaptors/liteDOM": at("liteDOM.js"),
      "input/tex-full": at("tex-full.js"),
      "output/svg": at("svg.js"),
      "output/svg/fonts/tex": at("fonts-tex.js"),
    },
    load: ["adaptors/liteDOM", "input/tex-full", "output/svg"],
  },
  startup: { typeset: false },
  svg: { fontCache: "none" },
  tex: {
    packages: { "[-]": ["noundefined", "require", "autoload"] },
    formatError: (_, error) => { throw error; },
  },
};
require(at("startup.js"));

const drawn = ({ tex, display }) => {
  try {
    const { adaptor } = MathJax.startup;
    return { svg: adaptor.innerHTML(MathJax.tex2svg(tex, { display })) };
  } catch (error) {
    return { error: error.message };
  }
};

let said = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (piece) => { said += piece; });
process.stdin.on("end", async () => {
  await MathJax.startup.promise;
  process.stdout.write(JSON.stringify(JSON.parse(said).map(drawn)));
});
