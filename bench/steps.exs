# The sample steps: against the same C++ (build/steps_bench), and what a thumbnail takes with a step, without one, and on an
# instance that has no steps.
#
#     script/bench steps [--rounds N] [--quick]

alias Bench.{Settings, Source, Table}

settings = Settings.read!(300)
columns = ~w(step picture native_ms step_ms copy_ms)a

program = Path.join(settings.build, "steps_bench")
{output, 0} = System.cmd(program, [if(settings.quick?, do: "5", else: "60")])
[_columns | lines] = String.split(output, "\n", trim: true)

rows =
  for line <- lines do
    [step, picture | times] = String.split(line, "\t")
    [native, translated, copy] = Enum.map(times, &String.to_float/1)
    %{step: step, picture: picture, native_ms: native, step_ms: translated, copy_ms: copy}
  end

IO.puts(
  "milliseconds for a picture: C++ of this machine; the step, with its memory and both copies; one copy\n"
)

Table.print([
  ["step", "picture", "C++", "step", "ratio", "copy"]
  | for(
      row <- rows,
      do: [
        row.step,
        row.picture,
        Table.number(row.native_ms, 3),
        Table.number(row.step_ms, 3),
        Table.number(row.step_ms / row.native_ms, 2),
        Table.number(row.copy_ms, 3)
      ]
    )
])

Table.write("steps", columns, rows, settings)

steps =
  for name <- [:duotone, :dither, :polaroid],
      do: {name, Path.join(settings.root, "samples/steps/#{name}.wasm")}

{:ok, _instance} = Thumbnailer.start_link(name: :with_steps, workers: 1, steps: steps)
{:ok, _instance} = Thumbnailer.start_link(name: :without_steps, workers: 1)

{:ok, %{data: photo}} =
  Thumbnailer.make(Source.photo(settings), 900, format: :jpeg, quality: 80, on: :without_steps)

ways =
  [{"no steps in the instance", :without_steps, []}, {"three, none used", :with_steps, []}] ++
    for {name, _path} <- steps, do: {to_string(name), :with_steps, [step: name]}

time = fn {_name, on, options} ->
  {microseconds, {:ok, _thumbnail}} =
    :timer.tc(fn -> Thumbnailer.make({:bytes, photo}, 200, [on: on] ++ options) end)

  microseconds / 1000
end

for way <- ways, _warm_up <- 1..20, do: time.(way)
times = for _round <- 1..settings.rounds, do: Enum.map(ways, time)

percentile = fn list, share ->
  list |> Enum.sort() |> Enum.at(min(trunc(length(list) * share), length(list) - 1))
end

rows =
  for {{name, _on, _options}, list} <- Enum.zip(ways, Enum.zip_with(times, & &1)),
      do: %{steps: name, p50_ms: percentile.(list, 0.5), p95_ms: percentile.(list, 0.95)}

IO.puts(
  "#{byte_size(photo)} bytes of jpeg to 200 pixels, #{settings.rounds} rounds in turn, milliseconds\n"
)

Table.print([
  ["steps", "p50", "p95"]
  | for(row <- rows, do: [row.steps, Table.number(row.p50_ms, 2), Table.number(row.p95_ms, 2)])
])

Table.write("step_thumbnails", ~w(steps p50_ms p95_ms)a, rows, settings)
