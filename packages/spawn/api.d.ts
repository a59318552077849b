import { MountOptions } from '@ns/mount';
export { bind, binfmt, cgroup2, dev, devpts, directory, file, mask, move, mqueue, openIdMap, overlay, proc, propagation, remount, symlink, sysfs, tmpfs, unmount } from '@ns/mount';
import { NamespaceType, Contribution, ProcessAttributes, PtySize, Program, Pty, Ready, Exit } from '@ns/syscalls';
export { NamespaceError, Program, Ready, SyscallError, unpersist } from '@ns/syscalls';
import { CgroupOptions } from '@ns/cgroup';
import { IpcOptions } from '@ns/ipc';
import { NetOptions } from '@ns/net';
import { PidOptions } from '@ns/pid';
import { TimeOptions } from '@ns/time';
import { UserOptions } from '@ns/user';
import { UtsOptions } from '@ns/uts';
import { Stream, Readable, Writable } from 'node:stream';
import { ChildProcess } from 'node:child_process';
type Wanted<Options> = boolean | Options | Contribution | undefined;
interface Namespaces {
    readonly user?: Wanted<UserOptions>;
    readonly uts?: Wanted<UtsOptions>;
    readonly mount?: Wanted<MountOptions>;
    readonly pid?: Wanted<PidOptions>;
    readonly net?: Wanted<NetOptions>;
    readonly ipc?: Wanted<IpcOptions>;
    readonly cgroup?: Wanted<CgroupOptions>;
    readonly time?: Wanted<TimeOptions>;
    readonly join?: JoinedProcess | undefined;
    readonly persist?: {
        readonly [Type in NamespaceType]?: string | undefined;
    } | undefined;
}
interface JoinedProcess {
    readonly pid: number;
    readonly types?: readonly NamespaceType[] | undefined;
}
type NamespacesOption = 'all' | Namespaces | readonly Contribution[];
declare const types: readonly NamespaceType[];
type StdioEntry = 'pty' | 'pipe' | 'overlapped' | 'ignore' | 'inherit' | 'ipc' | number | Stream | null | undefined;
type StdioOption = 'pty' | 'pipe' | 'overlapped' | 'ignore' | 'inherit' | readonly StdioEntry[];
interface SpawnOptions extends ProcessAttributes {
    readonly cwd?: string | URL | undefined;
    readonly env?: Readonly<Record<string, string | undefined>> | undefined;
    readonly argv0?: string | undefined;
    readonly stdio?: StdioOption | undefined;
    readonly pty?: PtySize | undefined;
    readonly detached?: boolean | undefined;
    readonly uid?: number | undefined;
    readonly gid?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly timeout?: number | undefined;
    readonly killSignal?: NodeJS.Signals | number | undefined;
    readonly shell?: boolean | string | undefined;
    readonly startTimeout?: number | undefined;
    readonly windowsHide?: boolean | undefined;
    readonly windowsVerbatimArguments?: boolean | undefined;
    readonly serialization?: 'json' | 'advanced' | undefined;
    readonly namespaces?: NamespacesOption | undefined;
}
declare function explain(file: string, options?: SpawnOptions): Program;
declare function explain(file: string, args?: readonly string[], options?: SpawnOptions): Program;
type Input = string | Uint8Array | Readable;
declare const NodeShape: typeof ChildProcess;
declare class Subprocess<In extends Writable | null = Writable | null, Out extends Readable | null = Readable | null, Err extends Readable | null = Readable | null> extends NodeShape {
    #private;
    readonly stdio: [In, Out, Err, Readable | Writable | null, Readable | Writable | null];
    stdin: In;
    stdout: Out;
    stderr: Err;
    pty: Pty | null;
    readonly spawnfile: string;
    readonly spawnargs: string[];
    pid: number | undefined;
    exitCode: number | null;
    signalCode: NodeJS.Signals | null;
    killed: boolean;
    readonly connected = false;
    get ready(): Promise<Ready>;
    get exited(): Promise<Exit>;
    get closed(): Promise<void>;
    get pidfd(): number | undefined;
    kill(signal?: NodeJS.Signals | number): boolean;
    ref(): void;
    unref(): void;
    [Symbol.dispose](): void;
    [Symbol.asyncDispose](): Promise<void>;
}
type Limit = 'timeout' | 'maxBuffer';
interface Result extends Exit {
    readonly stdout: string;
    readonly stderr: string;
    readonly exceeded: Limit | null;
    readonly durationMs: number;
}
declare class SubprocessError extends Error implements Result {
    readonly name = "SubprocessError";
    readonly code: 'ERR_NS_EXIT' | 'ERR_NS_SIGNAL' | 'ERR_NS_TIMEOUT' | 'ERR_NS_MAX_BUFFER';
    readonly stdout: string;
    readonly stderr: string;
    readonly exitCode: number | null;
    readonly signalCode: NodeJS.Signals | null;
    readonly coreDumped: boolean;
    readonly exceeded: Limit | null;
    readonly durationMs: number;
    readonly resourceUsage: Exit['resourceUsage'];
    constructor(command: string, result: Result);
}
interface RunOptions extends SpawnOptions {
    readonly input?: Input | undefined;
    readonly maxBuffer?: number | undefined;
    readonly forceKillAfterDelay?: number | false | undefined;
    readonly reject?: boolean | undefined;
}
interface Running extends Promise<Result>, AsyncIterable<string> {
}
declare function run(file: string, options?: RunOptions): Running;
declare function run(file: string, args?: readonly string[], options?: RunOptions): Running;
type Pipe = 'pipe' | 'overlapped' | null | undefined;
type Piped<Entry, Stream> = 0 extends 1 & Entry ? any : Entry extends Pipe ? Stream : null;
interface StdioSpawnOptions<In extends StdioEntry, Out extends StdioEntry, Err extends StdioEntry> extends SpawnOptions {
    readonly stdio: readonly [stdin: In, stdout: Out, stderr: Err];
}
interface PipeSpawnOptions extends SpawnOptions {
    readonly stdio?: 'pipe' | 'overlapped' | readonly Pipe[] | undefined;
}
declare function spawn(file: string, options?: PipeSpawnOptions): Subprocess<Writable, Readable, Readable>;
declare function spawn<In extends StdioEntry, Out extends StdioEntry, Err extends StdioEntry>(file: string, options: StdioSpawnOptions<In, Out, Err>): Subprocess<Piped<In, Writable>, Piped<Out, Readable>, Piped<Err, Readable>>;
declare function spawn(file: string, options: SpawnOptions): Subprocess;
declare function spawn(file: string, args?: readonly string[] | null, options?: PipeSpawnOptions): Subprocess<Writable, Readable, Readable>;
declare function spawn<In extends StdioEntry, Out extends StdioEntry, Err extends StdioEntry>(file: string, args: readonly string[] | null | undefined, options: StdioSpawnOptions<In, Out, Err>): Subprocess<Piped<In, Writable>, Piped<Out, Readable>, Piped<Err, Readable>>;
declare function spawn(file: string, args?: readonly string[] | null, options?: SpawnOptions): Subprocess;
interface SpawnSyncResult<Output extends string | Buffer = string | Buffer> {
    readonly pid: number;
    readonly output: (Output | null)[];
    readonly stdout: Output;
    readonly stderr: Output;
    readonly status: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly error?: Error;
}
interface SpawnSyncOptions extends SpawnOptions {
    readonly input?: string | NodeJS.ArrayBufferView | undefined;
    readonly maxBuffer?: number | undefined;
    readonly encoding?: BufferEncoding | 'buffer' | null | undefined;
}
declare function spawnSync(file: string, args: readonly string[] | null | undefined, options: SpawnSyncOptions & {
    readonly encoding: BufferEncoding;
}): SpawnSyncResult<string>;
declare function spawnSync(file: string, args?: readonly string[] | null, options?: SpawnSyncOptions & {
    readonly encoding?: 'buffer' | null | undefined;
}): SpawnSyncResult<Buffer>;
declare function spawnSync(file: string, options: SpawnSyncOptions & {
    readonly encoding: BufferEncoding;
}): SpawnSyncResult<string>;
declare function spawnSync(file: string, options: SpawnSyncOptions & {
    readonly encoding?: 'buffer' | null | undefined;
}): SpawnSyncResult<Buffer>;
declare function spawnSync(file: string, args?: readonly string[] | null, options?: SpawnSyncOptions): SpawnSyncResult;
export { Subprocess, SubprocessError, explain, run, spawn, spawnSync, types };
export type { JoinedProcess, Limit, Namespaces, NamespacesOption, PipeSpawnOptions, Result, RunOptions, Running, SpawnOptions, SpawnSyncOptions, SpawnSyncResult, StdioEntry, StdioOption, StdioSpawnOptions };
