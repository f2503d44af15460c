defmodule Bench.FullStack do
  @moduledoc "The full stack: `Thumbnailer.make/3`, the port, the program, its workers; one instance for each implementation."

  alias Bench.{Implementation, Workload}

  @doc """
  Starts an instance with as many workers as the workload makes images at a time.

    * `:by` - `:bytes`, in memory like the peers, or `:path`
    * `:speed` - the option of `Thumbnailer.make/3`
    * `:name` - for the tables
  """
  def start(workload, opts \\ []) do
    by = Keyword.get(opts, :by, :bytes)
    speed = Keyword.get(opts, :speed, :balanced)

    name =
      Keyword.get(opts, :name, "ours, #{speed}" <> if(by == :path, do: ", by path", else: ""))

    instance = :"#{name} #{System.unique_integer([:positive])}"
    {:ok, supervisor} = Thumbnailer.start_link(name: instance, workers: workload.parallel)
    {:ok, hello} = Thumbnailer.info(instance)
    sources = workload.files |> Enum.map(&source(&1, by)) |> List.to_tuple()
    thumbnails = &thumbnails(&1, Workload.outputs(workload), on: instance, speed: speed)

    %Implementation{
      name: name,
      version: "#{hello.version}, libvips #{hello.libvips}",
      make: &{time(fn -> make(sources, thumbnails, Workload.callers(workload), &1) end), 0},
      save: &save(sources, thumbnails, &1),
      processes: fn -> [hello.os_pid] end,
      workload: workload,
      through_beam?: true,
      stop: fn -> Supervisor.stop(supervisor) end
    }
  end

  defp source(file, :path), do: file
  defp source(file, :bytes), do: {:bytes, File.read!(file)}

  defp time(act) do
    {microseconds, :ok} = :timer.tc(act)
    microseconds / 1000
  end

  defp make(sources, thumbnails, callers, count) do
    next = :atomics.new(1, [])

    1..callers
    |> Enum.map(fn _caller -> Task.async(fn -> call(sources, thumbnails, next, count) end) end)
    |> Task.await_many(:infinity)

    :ok
  end

  defp call(sources, thumbnails, next, count) do
    index = :atomics.add_get(next, 1, 1) - 1

    if index < count do
      thumbnails.(elem(sources, rem(index, tuple_size(sources))))
      call(sources, thumbnails, next, count)
    end
  end

  defp thumbnails(source, [{size, own}], opts),
    do: [Thumbnailer.make!(source, size, own ++ opts)]

  defp thumbnails(source, outputs, opts), do: Thumbnailer.make_many!(source, outputs, opts)

  defp save(sources, thumbnails, folder) do
    for index <- 0..(tuple_size(sources) - 1),
        {made, place} <- sources |> elem(index) |> thumbnails.() |> Enum.with_index(),
        do: File.write!("#{folder}/#{index}-#{place}", made.data)
  end
end
