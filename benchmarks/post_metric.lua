-- wrk: each request logs one point of its own; the run's id is the first argument after `--`.
local step = 0
local started = 0

function setup(worker)
    worker:set("number", started)
    started = started + 1
end

function init(args)
    run_id = args[1]
end

function request()
    step = step + 1
    local body = string.format(
        '{"run_id": "%s", "key": "loss_%d", "value": %.6f, "timestamp": %d, "step": %d}',
        run_id, number, 1 / step, 1790000000000 + step, step)
    return wrk.format("POST", "/api/2.0/mlflow/runs/log-metric", {["Content-Type"] = "application/json"}, body)
end
