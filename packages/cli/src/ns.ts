#!/usr/bin/env node
/** Run programs in Linux namespaces from the command line. */
export {}
