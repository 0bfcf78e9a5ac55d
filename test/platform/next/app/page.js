import { StrictMode } from "react";
import { Norm } from "./norm.js";

export default function Page() {
  return (
    <StrictMode>
      <Norm />
    </StrictMode>
  );
}
