import { relative } from 'node:path'

/**
 * A vitest reporter that prints a line for each test, and the results of each file when it is through: what a machine has
 * shown is known even if it reaches its time limit later.
 */
export default class Reporter {
  onTestCaseResult(test) {
    const seconds = Math.round((test.diagnostic()?.duration ?? 0) / 1000)
    process.stdout.write(`\n${test.result().state} in ${seconds} s: ${test.fullName}\n`)
  }

  onTestModuleEnd(module) {
    const result = { passed: 0, failed: [], skipped: [] }
    for (const part of [module, ...module.children.allSuites()])
      for (const { message } of part.errors())
        result.failed.push([part.fullName ?? 'file', message])
    for (const test of module.children.allTests()) {
      const { state, note, errors } = test.result()
      if (state === 'passed') result.passed += 1
      else if (state === 'skipped') result.skipped.push([test.fullName, note ?? 'no reason given'])
      else result.failed.push([test.fullName, errors?.[0]?.message ?? state])
    }
    const seconds = Math.round(module.diagnostic().duration / 1000)
    print({ file: relative(process.cwd(), module.moduleId), seconds, ...result })
  }

  onTestRunEnd(_modules, errors) {
    for (const { message } of errors) print({ failed: [['vitest', message]] })
  }
}

function print(result) {
  process.stdout.write(`\n@result ${JSON.stringify({ lane: process.env.NS_LANE, ...result })}\n`)
}
