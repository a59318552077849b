import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/** A vitest reporter that leaves the numbers of a run in the file `NS_TALLY`. */
export default class Tally {
  onTestRunEnd(modules, errors) {
    const tally = {
      passed: 0,
      failed: errors.length,
      failures: [],
      retried: [],
      skipped: [],
      durations: [],
    }
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      tally.durations.push({ file, ms: Math.round(module.diagnostic().duration) })
      // A file or a hook that fails takes tests with it that then never report.
      for (const part of [module, ...module.children.allSuites()])
        tally.failed += part.errors().length
      for (const test of module.children.allTests()) count(test, file, tally)
    }
    writeFileSync(process.env.NS_TALLY, JSON.stringify(tally))
  }
}

function count(test, file, tally) {
  const { state, note, errors } = test.result()
  const name = `${file} > ${test.fullName}`
  if (state === 'skipped') tally.skipped.push(`${test.fullName}: ${note ?? 'no reason given'}`)
  else if (state === 'passed') {
    tally.passed += 1
    // Of a test that passed at the second try vitest keeps what was wrong at the first.
    if (test.diagnostic().flaky) tally.retried.push(`${name}: ${firstLine(errors)}`)
  } else {
    tally.failed += 1
    tally.failures.push(`${name}: ${firstLine(errors)}`)
  }
}

function firstLine(errors) {
  return errors?.[0]?.message.split('\n')[0] ?? 'no error given'
}
