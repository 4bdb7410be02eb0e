// Write down the style rules that Plotly's script would put into the page by itself.
//
//     node .ci/plotly-css.mjs BUNDLE.js OUT.css
//
// The site's Content-Security-Policy allows no <style> made by a script. Plotly leaves its own out when the page already
// holds an element with the id "plotly.js-style-global" and the class "no-inline-styles": there the page links this file.
// The bundle inserts the rules while it loads, so a stand-in for the document is enough; no browser is needed.
import { readFileSync, writeFileSync } from 'node:fs'
import vm from 'node:vm'

const FEWEST_RULES = 20 // 4.1.1 has 66; far fewer means that the bundle changed the way it does this
const STYLE_ID = 'plotly.js-style-global'

const [bundle, out] = process.argv.slice(2)
if (!out) {
  console.error('usage: node plotly-css.mjs BUNDLE.js OUT.css')
  process.exit(2)
}

/** Return an object that takes every call and hands out itself for every property but the ones given. */
function stub(own = {}) {
  const anything = new Proxy(function () {}, {
    get: (target, key) => {
      if (Object.hasOwn(own, key)) return own[key]
      if (key === Symbol.toPrimitive) return () => ''
      if (key === Symbol.iterator) return [][Symbol.iterator]
      if (key === 'length') return 0
      if (key === 'prototype') return target.prototype
      return anything
    },
    set: (_, key, value) => ((own[key] = value), true),
    apply: () => anything,
    construct: () => anything,
  })
  return anything
}

const rulesById = new Map()
const elementsById = new Map()

function createElement() {
  const rules = []
  const element = stub({
    sheet: { insertRule: (rule, index) => rules.splice(index, 0, rule) },
    matches: () => false,
    setAttribute: (name, value) => {
      if (name !== 'id') return
      elementsById.set(value, element)
      rulesById.set(value, rules)
    },
  })
  return element
}

const document = stub({
  createElement,
  createElementNS: createElement,
  getElementById: (id) => elementsById.get(id) ?? null,
})
const window = { document, navigator: { userAgent: '' }, DOMParser: stub(), console, setTimeout, clearTimeout }
window.window = window.self = window
try {
  vm.runInNewContext(readFileSync(bundle, 'utf8'), window, { filename: bundle, timeout: 30_000 })
} catch (error) {
  // Only the message: the stack would quote a line of a megabyte.
  console.error(`${bundle} could not be run against the stand-in document: ${error.message}`)
  process.exit(1)
}

const rules = rulesById.get(STYLE_ID) ?? []
const others = [...rulesById.keys()].filter((id) => id !== STYLE_ID && rulesById.get(id).length)
if (rules.length < FEWEST_RULES || others.length) {
  console.error(
    `${bundle} inserted ${rules.length} style rules under "${STYLE_ID}"` +
      (others.length ? ` and more under ${others.join(', ')}` : '') +
      `; at least ${FEWEST_RULES} under that one id were expected. Look at addStyleRule in the bundle.`,
  )
  process.exit(1)
}
const css = rules.join('\n') + '\n'
writeFileSync(out, css)
console.log(`Wrote ${out}: ${rules.length} rules, ${css.length} bytes.`)
