// A user's program: bare imports, no configuration. It does the job in the address and posts its report. Without `await` at the top:
// Parcel leaves its loader out of a bundle whose only import() is awaited there.
const since = performance.now();
const { report, ...options } = JSON.parse(new URLSearchParams(location.search).get("job"));
import("./program.js")
  .then(({ check }) => check({ ...options, since }))
  .catch((error) => ({ failures: [String(error)] }))
  .then((done) => fetch(report, { method: "POST", body: JSON.stringify(done) }));
