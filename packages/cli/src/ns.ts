#!/usr/bin/env node
/** Run programs in Linux namespaces from the command line. */
import { main } from './main.ts'

process.exitCode = await main(process.argv.slice(2))
