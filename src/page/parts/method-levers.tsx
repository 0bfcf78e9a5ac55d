import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import { useTexts } from "../text/texts.js";
import { Choice, Select } from "./fields.js";

/** What is often used, as buttons beside the list of all. */
const OFTEN = ["bn", "ln", "in", "gn", "ln2d", "rms"];

/** The choice of a method: of all, or of those with a name among `names`. */
export function MethodLevers(props: {
  value: string;
  names?: ReadonlySet<string>;
  change: (name: string) => void;
}) {
  const { see, families, methods } = useTexts();
  const { value, names, change } = props;
  const title = (name: string) => methods[name as keyof typeof methods].title;
  const lists = methodDescriptions
    .map((family) => ({
      ...family,
      methods: family.methods.filter(({ name }) => !names || names.has(name)),
    }))
    .filter((family) => family.methods.length > 0);
  return (
    <div class="levers">
      <Select label={see.method} value={value} change={change}>
        {lists.map((family) => (
          <optgroup key={family.name} label={families[family.name]}>
            {family.methods.map(({ name }) => (
              <option key={name} value={name}>
                {title(name)}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <div class="often">
        <Choice
          label={see.known}
          value={value}
          options={OFTEN.map((name) => [name, title(name)] as const)}
          change={change}
        />
      </div>
    </div>
  );
}
