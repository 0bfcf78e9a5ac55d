import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Runs once, when the element comes near the window. */
export function useNear(ref: RefObject<Element | null>, run: () => void): void {
  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        run();
      },
      { rootMargin: "600px" },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
}
