import { NamespaceRef, RunningOptions, Namespace, Contribution } from '@ns/syscalls';
export { RunningOptions } from '@ns/syscalls';
interface MountFlags {
    readonly readonly?: boolean | 'recursive' | undefined;
    readonly nosuid?: boolean | undefined;
    readonly nodev?: boolean | undefined;
    readonly noexec?: boolean | undefined;
}
interface Bind extends MountFlags {
    readonly kind: 'bind';
    readonly source: string | {
        readonly fd: number;
    };
    readonly target: string;
    readonly recursive: boolean;
    readonly optional: boolean;
    readonly idmap: NamespaceRef | undefined;
}
interface BindOptions extends MountFlags {
    readonly recursive?: boolean | undefined;
    readonly optional?: boolean | undefined;
    readonly idmap?: NamespaceRef | undefined;
}
declare function bind(source: string | {
    readonly fd: number;
}, target: string, options?: BindOptions): Bind;
interface AttachOptions extends Omit<BindOptions, 'optional' | 'idmap'>, RunningOptions {
}
declare function attach(ref: NamespaceRef, source: string, target: string, options?: AttachOptions): Promise<void>;
interface Binfmt {
    readonly kind: 'binfmt';
    readonly target: string;
    readonly register: readonly string[];
}
interface BinfmtOptions {
    readonly register?: readonly string[] | undefined;
}
declare function binfmt(target?: string, options?: BinfmtOptions): Binfmt;
type Propagation = 'private' | 'slave' | 'shared' | 'unchanged';
type PropagationType = 'private' | 'slave' | 'shared' | 'unbindable';
interface Remount extends MountFlags {
    readonly kind: 'remount';
    readonly target: string;
}
type RemountOptions = MountFlags;
declare function remount(target: string, options: RemountOptions): Remount;
interface Unmount {
    readonly kind: 'unmount';
    readonly target: string;
}
declare function unmount(target: string): Unmount;
interface Move {
    readonly kind: 'move';
    readonly source: string;
    readonly target: string;
}
declare function move(source: string, target: string): Move;
interface SetPropagation {
    readonly kind: 'propagation';
    readonly target: string;
    readonly type: PropagationType;
    readonly recursive: boolean;
}
interface PropagationOptions {
    readonly recursive?: boolean | undefined;
}
declare function propagation(target: string, type: PropagationType, options?: PropagationOptions): SetPropagation;
interface Dev {
    readonly kind: 'dev';
    readonly target: string;
}
declare function dev(target?: string): Dev;
interface Directory {
    readonly kind: 'directory';
    readonly target: string;
    readonly mode: number;
}
interface DirectoryOptions {
    readonly mode?: number | undefined;
}
declare function directory(target: string, options?: DirectoryOptions): Directory;
interface Symlink {
    readonly kind: 'symlink';
    readonly content: string;
    readonly target: string;
}
declare function symlink(content: string, target: string): Symlink;
interface File {
    readonly kind: 'file';
    readonly target: string;
    readonly content: string | Uint8Array;
    readonly mode: number;
}
interface FileOptions {
    readonly mode?: number | undefined;
}
declare function file(target: string, content: string | Uint8Array, options?: FileOptions): File;
type Setting = readonly [name: string, value?: string];
interface KernelFileSystem {
    readonly kind: 'kernel';
    readonly type: 'sysfs' | 'mqueue' | 'cgroup2' | 'devpts';
    readonly target: string;
    readonly readonly: boolean;
    readonly settings: readonly Setting[];
}
interface ReadonlyOptions {
    readonly readonly?: boolean | undefined;
}
declare function sysfs(target?: string, options?: ReadonlyOptions): KernelFileSystem;
declare function cgroup2(target?: string, options?: ReadonlyOptions): KernelFileSystem;
declare function mqueue(target?: string): KernelFileSystem;
interface DevptsOptions {
    readonly mode?: number | undefined;
    readonly ptmxmode?: number | undefined;
    readonly gid?: number | undefined;
}
declare function devpts(target?: string, options?: DevptsOptions): KernelFileSystem;
interface Mask {
    readonly kind: 'mask';
    readonly target: string;
}
declare function mask(target: string): Mask;
interface Overlay extends MountFlags {
    readonly kind: 'overlay';
    readonly target: string;
    readonly lower: readonly string[];
    readonly upper: string | undefined;
    readonly work: string | undefined;
    readonly size: string | undefined;
}
interface OverlayOptions extends Pick<MountFlags, 'nosuid' | 'nodev' | 'noexec'> {
    readonly lower: string | readonly string[];
    readonly upper?: string | undefined;
    readonly work?: string | undefined;
    readonly size?: string | number | undefined;
}
declare function overlay(options: OverlayOptions, target?: string): Overlay;
type ProcSource = 'fresh' | 'bind-if-refused' | 'bind' | 'none';
type Hidepid = 'off' | 'noaccess' | 'invisible' | 'ptraceable';
interface Proc {
    readonly kind: 'proc';
    readonly target: string;
    readonly source: ProcSource;
    readonly hidepid: Hidepid | undefined;
    readonly subset: 'pid' | undefined;
}
interface ProcOptions {
    readonly source?: ProcSource | undefined;
    readonly hidepid?: Hidepid | undefined;
    readonly subset?: 'pid' | undefined;
}
declare function proc(target?: string, options?: ProcOptions): Proc;
interface Tmpfs extends MountFlags {
    readonly kind: 'tmpfs';
    readonly target: string;
    readonly size: string | undefined;
    readonly mode: number;
}
interface TmpfsOptions extends Pick<MountFlags, 'nosuid' | 'nodev' | 'noexec'> {
    readonly size?: string | number | undefined;
    readonly mode?: number | undefined;
}
declare function tmpfs(target: string, options?: TmpfsOptions): Tmpfs;
type MountEntry = Bind | Binfmt | Dev | Directory | File | KernelFileSystem | Mask | Move | Overlay | Proc | Remount | SetPropagation | Symlink | Tmpfs | Unmount;
interface ShownIds {
    readonly stored: number;
    readonly shown: number;
    readonly count: number;
}
interface MountIdMap {
    readonly uid: readonly ShownIds[];
    readonly gid: readonly ShownIds[];
}
declare function openIdMap(map: MountIdMap): Promise<Namespace>;
type Root = string | Overlay | Tmpfs;
interface MountOptions {
    readonly propagation?: Propagation | undefined;
    readonly root?: Root | undefined;
    readonly readonly?: boolean | undefined;
    readonly mounts?: readonly MountEntry[] | undefined;
    readonly create?: boolean | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function mount(options?: MountOptions): Contribution;
interface MountInfo {
    readonly id: number;
    readonly parent: number;
    readonly device: string;
    readonly root: string;
    readonly target: string;
    readonly options: readonly string[];
    readonly propagation: readonly string[];
    readonly type: string;
    readonly source: string;
    readonly superOptions: readonly string[];
}
declare function parseMountTable(text: string): MountInfo[];
declare function readMountTable(ref: NamespaceRef, options?: RunningOptions): Promise<MountInfo[]>;
export { attach, bind, binfmt, cgroup2, dev, devpts, directory, file, mask, mount, move, mqueue, openIdMap, overlay, parseMountTable, proc, propagation, readMountTable, remount, symlink, sysfs, tmpfs, unmount };
export type { AttachOptions, Bind, BindOptions, Binfmt, BinfmtOptions, Dev, DevptsOptions, Directory, DirectoryOptions, File, FileOptions, Hidepid, KernelFileSystem, Mask, MountEntry, MountFlags, MountIdMap, MountInfo, MountOptions, Move, Overlay, OverlayOptions, Proc, ProcOptions, ProcSource, Propagation, PropagationOptions, PropagationType, ReadonlyOptions, Remount, RemountOptions, Root, SetPropagation, ShownIds, Symlink, Tmpfs, TmpfsOptions, Unmount };
