// The preview follows what is typed: the form posts itself into the frame a moment after the last key.
const profile = document.getElementById("profile");
const button = document.getElementById("preview-button");
const select = document.getElementById("show");
const show = document.getElementById("profile-show");

if (profile && button) {
  let timer = 0;
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => profile.requestSubmit(button), wait);
  };
  profile.addEventListener("input", () => later(600));
  if (select && show) {
    select.addEventListener("change", () => {
      show.value = select.value;
      later(0);
    });
  }
}
