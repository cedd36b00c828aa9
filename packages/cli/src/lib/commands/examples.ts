/** How commands are called, as their help shows it. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  train: [
    'diffeo train penguins.csv',
    'diffeo train penguins.csv --context species --effort best --out penguins-by-species',
    "diffeo train 'rows/*.parquet' --exclude id --held-out 5000",
    'diffeo train measurements.csv --flow maf --steps 5000 --activation elu --schedule one-cycle',
    'diffeo train two-moons --steps 2000 --seed 1 --json',
    'diffeo train mnist --workers 2 --limit 10000',
  ],
  score: [
    'diffeo score diffeo-penguins new.csv > scores.csv',
    'diffeo score diffeo-penguins new.csv --top 20 --out odd.parquet',
  ],
  sample: [
    'diffeo sample diffeo-penguins --count 1000 --out samples.parquet',
    'diffeo sample diffeo-penguins --count 100 --given species=Adelie,year=2010',
    'diffeo sample diffeo-mnist --count 8 --temperature 0.5,0.7,1 --out samples.png',
  ],
  fill: [
    'diffeo fill diffeo-penguins penguins.csv --out filled.csv',
    'diffeo fill diffeo-penguins penguins.csv --draws 20 --out imputations.parquet',
  ],
  report: ['diffeo report diffeo-penguins penguins.csv --out penguins.html'],
  plot: ['diffeo plot diffeo-penguins penguins.csv --show pairs --only bill_length,body_mass --out pairs.svg'],
  reconstruct: ['diffeo reconstruct diffeo-mnist mnist --out reconstructions.png'],
  interpolate: ['diffeo interpolate diffeo-mnist mnist --from 0,1 --to 5,6 --out between.png'],
  inspect: ['diffeo inspect diffeo-penguins'],
  export: ['diffeo export diffeo-measurements --to onnx --out onnx'],
  import: ['diffeo import flow.safetensors --recipe recipe.json --out model.safetensors'],
  check: ['diffeo check ./src/index.js --backend cpu'],
  search: ['diffeo search measurements.csv --trials 64 --rounds 3 --out found'],
  worker: ['diffeo worker --engine postgres://user@host/db'],
  jobs: ['diffeo jobs --engine postgres://user@host/db --retry'],
  completion: ['diffeo completion zsh'],
};
