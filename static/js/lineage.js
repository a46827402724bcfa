// Arrow keys in a tree of pictures: up and down along it as it is read, left to what a picture was made from, right to
// the first that was made from it.
const tree = document.querySelector("[data-lineage]");
const all = () => [...tree.querySelectorAll("a[data-kin]")];
const own = (item) => item?.querySelector(":scope > .kin a[data-kin]");

const TARGETS = {
  ArrowUp: (link) => all()[all().indexOf(link) - 1],
  ArrowDown: (link) => all()[all().indexOf(link) + 1],
  ArrowLeft: (link) => own(link.closest("li").parentElement.closest("li")),
  ArrowRight: (link) => own(link.closest("li").querySelector(":scope > ul > li")),
};

tree?.addEventListener("keydown", (event) => {
  const link = event.target.closest("a[data-kin]");
  if (!link || !TARGETS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  TARGETS[event.key](link)?.focus();
});

tree?.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
