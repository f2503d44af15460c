defmodule Thumbnailer.Telemetry.Metrics do
  @moduledoc false
  # The table of metrics that a dashboard wants, for Telemetry.Metrics. Tags are names of which there are few.

  # Kind, event, measurement, tags, unit, description.
  @rows [
    {:summary, [:make, :stop], :duration, [:instance, :result], :time,
     "A call, the queue included"},
    {:summary, [:make, :stop], :queue_time, [:instance], :time, "Waiting for a worker"},
    {:summary, [:make, :stop], :work_time, [:instance, :format], :time, "In the program"},
    {:counter, [:make, :stop], :duration, [:instance, :result, :error], nil, "Calls by result"},
    {:sum, [:make, :stop], :made, [:instance, :format], nil, "Thumbnails made"},
    {:sum, [:make, :stop], :failed, [:instance, :error], nil, "Outputs that failed"},
    {:sum, [:make, :stop], :bytes, [:instance, :format], :byte, "Bytes of thumbnails"},
    {:sum, [:make, :stop], :pixels, [:instance], nil, "Pixels of thumbnails"},
    {:counter, [:make, :exception], :duration, [:instance, :kind], nil, "Calls that raised"},
    {:summary, [:probe, :stop], :duration, [:instance, :result], :time, "Reading a header"},
    {:summary, [:plug, :made], :duration, [:size], :time, "Answers that made a thumbnail"},
    {:counter, [:plug, :hit], :duration, [:size], nil, "Answers from the cache"},
    {:counter, [:plug, :not_modified], :duration, [:size], nil, "Answers 304"},
    {:counter, [:plug, :refused], :duration, [:status, :error], nil, "Answers with an error"},
    {:counter, [:port, :exit], :lifetime, [:instance, :error], nil, "Ends of the program"},
    {:sum, [:port, :exit], :lost, [:instance], nil, "Requests lost with the program"},
    {:counter, [:worker, :exit], :made, [:instance, :signal], nil, "Ends of workers"},
    {:summary, [:worker, :recycle], :made, [:instance, :reason], nil,
     "Images before a worker is replaced"}
  ]

  @units %{time: {:native, :millisecond}, byte: :byte}

  @type row ::
          {:summary | :counter | :sum, [atom], atom, [atom], :time | :byte | nil, String.t()}

  @spec table() :: [row]
  def table, do: @rows

  @doc "The arguments of the functions of Telemetry.Metrics: the name of the function, that of the metric, its options."
  @spec calls() :: [{:summary | :counter | :sum, [atom], keyword}]
  def calls do
    for {kind, event, measurement, tags, unit, description} <- @rows do
      event = [:thumbnailer | event]

      # Calls and ends are counted; what is measured with them has another metric.
      name = if kind == :counter, do: event ++ [:count], else: event ++ [measurement]
      unit = if unit, do: [unit: Map.fetch!(@units, unit)], else: []

      {kind, name,
       [event_name: event, measurement: measurement, tags: tags, description: description] ++ unit}
    end
  end
end
