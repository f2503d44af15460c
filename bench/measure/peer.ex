defmodule Bench.Peer do
  @moduledoc """
  An implementation in its own process. It starts once and waits for commands, so that rounds can alternate with others'.

  It gets its workload on the command line and reads commands from stdin, one on a line:

      make 12              make 12 thumbnails
      save /some/folder    make those of each source once and write them there

  It answers each with a line on stdout: the milliseconds that it took and, if processes ended since, a space and their peak
  memory in KiB. At the start it writes

      ready NAME AND VERSION        or        skip WHY

  It ends when its stdin ends.
  """

  alias Bench.Implementation

  @start_ms 60_000

  @doc "Starts a program, or returns `{:skip, why}` if it cannot run here. `env` is added to its environment."
  def start(name, program, arguments, env \\ []) do
    with {:ok, path} <- find(program) do
      port =
        Port.open({:spawn_executable, path}, [
          :binary,
          :exit_status,
          {:line, 65_536},
          args: arguments,
          env: for({variable, value} <- env, do: {to_charlist(variable), to_charlist(value)})
        ])

      {:os_pid, os_pid} = Port.info(port, :os_pid)

      with {:ok, version} <- await_ready(port),
           do: {:ok, implementation(name, version, port, os_pid)}
    end
  end

  defp find(program) do
    case System.find_executable(program) do
      nil -> {:skip, "#{program} is not installed"}
      path -> {:ok, path}
    end
  end

  defp await_ready(port) do
    case line(port, @start_ms) do
      {:ok, "ready " <> version} -> {:ok, version}
      {:ok, "skip " <> why} -> {:skip, why}
      {:ok, other} -> {:skip, "it said #{inspect(other)}"}
      {:error, why} -> {:skip, why}
    end
  end

  defp implementation(name, version, port, os_pid) do
    %Implementation{
      name: name,
      version: version,
      make: &command(port, name, "make #{&1}"),
      save: &command(port, name, "save #{&1}"),
      processes: fn -> [os_pid] end,
      stop: fn -> Port.close(port) end
    }
  end

  defp command(port, name, command) do
    Port.command(port, command <> "\n")

    case line(port, :infinity) do
      {:ok, answer} -> answer |> String.split() |> numbers()
      {:error, why} -> raise "#{name}, told #{inspect(command)}: #{why}"
    end
  end

  defp numbers([milliseconds]), do: {to_number(milliseconds), 0}
  defp numbers([milliseconds, kib]), do: {to_number(milliseconds), 1024 * to_number(kib)}
  defp to_number(text), do: text |> Float.parse() |> elem(0)

  defp line(port, timeout) do
    receive do
      {^port, {:data, {:eol, line}}} -> {:ok, line}
      {^port, {:exit_status, status}} -> {:error, "it ended with #{status}"}
    after
      timeout -> {:error, "it said nothing in #{timeout} ms"}
    end
  end
end
