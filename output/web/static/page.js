// Comfort only: everything the page is for works without it.
"use strict";

const form = document.querySelector("[data-check]");
const status = document.querySelector("[data-status]");
const MAX_BYTES = 990000; // the server takes 1,000,000 with what stands around the text

document.documentElement.classList.add("script");

function say(words) {
  if (status) status.textContent = words;
}

function isTooLong() {
  const file = form.elements.file.files[0];
  return (file ? file.size : new Blob([form.elements.ad.value]).size) > MAX_BYTES;
}

if (form) {
  form.addEventListener("submit", (event) => {
    if (isTooLong()) {
      event.preventDefault();
      say("The ad is longer than 1 MB: check it with the command rolecall check FILE.");
    } else {
      say("Checking …");
    }
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    form.elements.title.value = "";
    form.elements.file.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = "Copied";
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
