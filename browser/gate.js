// Old engines must be able to read this: it asks whether the page can run at all, before anything is unpacked.
// A module with a reference type in a signature and a section of exceptions: Chromium knows both since 96.
window.xltoolSupported = (function () {
  try {
    return typeof Promise === "function" && typeof DecompressionStream === "function" &&
      typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array(
        [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 111, 0, 13, 3, 1, 0, 0]));
  } catch (error) {
    return false;
  }
})();
if (window.xltoolSupported) {
  document.getElementById("too-old").style.display = "none";
  document.getElementById("app").removeAttribute("hidden");
}
