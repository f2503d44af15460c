# Page faults and system calls of a warm worker for one image: counts, which do not depend on how busy the machine is.
# strace (Debian: strace) counts the calls, in other images than those whose faults are counted.
#
#     script/bench faults-per-image [--rounds N] [--quick]

defmodule Bench.FaultsPerImage do
  alias Bench.{FullStack, Usage, Workload}

  @warm 20

  def measure({name, file, output}, images) do
    workload = %Workload{files: [file], outputs: [output], parallel: 1}
    stack = FullStack.start(workload, by: :path)
    stack.make.(@warm)
    worker = worker(stack)
    before = faults(worker)
    stack.make.(images)
    counted = faults(worker) - before
    calls = system_calls(worker, fn -> stack.make.(images) end)

    row = %{
      case: name,
      faults: counted / images,
      calls: calls && calls.all / images,
      futex: calls && calls.futex / images,
      peak_mb: div(Usage.peak(stack), 1_000_000)
    }

    stack.stop.()
    row
  end

  # The one that has worked most.
  defp worker(stack),
    do: stack.processes.() |> hd() |> to_string() |> tree() |> Enum.max_by(&faults/1)

  defp tree(pid), do: [pid | pid |> Usage.children() |> Enum.flat_map(&tree/1)]

  # The eighth field after the name: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  defp faults(pid) do
    [_name, fields] = "/proc/#{pid}/stat" |> File.read!() |> String.split(") ")
    fields |> String.split() |> Enum.at(7) |> String.to_integer()
  end

  defp system_calls(pid, make) do
    if strace = System.find_executable("strace") do
      port =
        Port.open({:spawn_executable, strace}, [
          :binary,
          :stderr_to_stdout,
          :exit_status,
          args: ["-f", "-c", "-p", pid]
        ])

      {:os_pid, os_pid} = Port.info(port, :os_pid)
      attached(port)
      make.()
      System.cmd("kill", ["-INT", "#{os_pid}"])
      port |> output("") |> calls()
    end
  end

  defp attached(port) do
    receive do
      {^port, {:data, _said}} -> :ok
      {^port, {:exit_status, status}} -> raise "strace: exit status #{status}"
    end
  end

  defp output(port, text) do
    receive do
      {^port, {:data, more}} -> output(port, text <> more)
      {^port, {:exit_status, _status}} -> text
    end
  end

  # Lines such as " 12.50    0.000123           4        30           futex".
  defp calls(report) do
    rows =
      for [_all, calls, name] <-
            Regex.scan(~r/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$/m, report),
          name != "total",
          do: {name, String.to_integer(calls)}

    %{
      all: rows |> Enum.map(&elem(&1, 1)) |> Enum.sum(),
      futex: rows |> Map.new() |> Map.get("futex", 0)
    }
  end
end

alias Bench.{FaultsPerImage, Settings, Source, Table, Workload}

settings = Settings.read!(100)
photo = Source.photo(settings)

cases = [
  {"photo to 200", photo, Workload.output(200)},
  {"photo to 720", photo, Workload.output(720)},
  {"photo to PNG, 512", photo, Workload.output(512, format: :png)},
  {"photo on a canvas, 512", photo, Workload.output(512, fit: :contain)},
  {"PNG to 200", Source.converted(photo, :png, settings), Workload.output(200)},
  {"WebP to 200", Source.converted(photo, :webp, settings), Workload.output(200)}
]

rows = Enum.map(cases, &FaultsPerImage.measure(&1, settings.rounds))
text = fn number -> if number, do: Table.number(number, 1), else: "-" end

Table.print([
  ["a warm worker, each image", "page faults", "system calls", "futex", "peak MB"]
  | for(
      row <- rows,
      do: [row.case, text.(row.faults), text.(row.calls), text.(row.futex), "#{row.peak_mb}"]
    )
])

Table.write("faults-per-image", [:case, :faults, :calls, :futex, :peak_mb], rows, settings)
