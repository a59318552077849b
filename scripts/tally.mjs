import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/** A vitest reporter that leaves the numbers of a run in the file `NS_TALLY`. */
export default class Tally {
  onTestRunEnd(modules, errors) {
    const tally = { passed: 0, failed: errors.length, skipped: [], durations: [] }
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      tally.durations.push({ file, ms: Math.round(module.diagnostic().duration) })
      // A file or a hook that fails takes tests with it that then never report.
      for (const part of [module, ...module.children.allSuites()])
        tally.failed += part.errors().length
      for (const test of module.children.allTests()) count(test, tally)
    }
    writeFileSync(process.env.NS_TALLY, JSON.stringify(tally))
  }
}

function count(test, tally) {
  const { state, note } = test.result()
  if (state === 'passed') tally.passed += 1
  else if (state === 'skipped') tally.skipped.push(`${test.fullName}: ${note ?? 'no reason given'}`)
  else tally.failed += 1
}
